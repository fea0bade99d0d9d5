// A stand-in for the Terraform provider hashicorp/aws: the real provider's schema of the types in schema.json, and no
// AWS behind it. Terraform itself checks the configuration against the schema, evaluates it, and keeps the state. What
// AWS would answer is text that names where it comes from, such as "aws_iam_role.arn of ci-actions-reap-".
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed schema.json
var recorded []byte

type attribute struct {
	Type     json.RawMessage `json:"type"`
	Required bool            `json:"required"`
	Optional bool            `json:"optional"`
	Computed bool            `json:"computed"`
}

type block struct {
	Attributes map[string]attribute `json:"attributes"`
	BlockTypes map[string]struct {
		NestingMode string `json:"nesting_mode"`
		MaxItems    int64  `json:"max_items"`
		Block       block  `json:"block"`
	} `json:"block_types"`
}

type typeSchema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

var schemas struct {
	Resources   map[string]typeSchema `json:"resource_schemas"`
	DataSources map[string]typeSchema `json:"data_source_schemas"`
}

func (b block) proto() *tfprotov5.SchemaBlock {
	result := &tfprotov5.SchemaBlock{}
	for name, one := range b.Attributes {
		kind, err := tftypes.ParseJSONType(one.Type) //nolint:staticcheck // the only reader of this format
		must(err)
		result.Attributes = append(result.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: kind, Required: one.Required, Optional: one.Optional, Computed: one.Computed,
		})
	}
	modes := map[string]tfprotov5.SchemaNestedBlockNestingMode{
		"single": tfprotov5.SchemaNestedBlockNestingModeSingle,
		"list":   tfprotov5.SchemaNestedBlockNestingModeList,
		"set":    tfprotov5.SchemaNestedBlockNestingModeSet,
	}
	for name, one := range b.BlockTypes {
		result.BlockTypes = append(result.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name, Nesting: modes[one.NestingMode], MaxItems: one.MaxItems, Block: one.Block.proto(),
		})
	}
	return result
}

func protoOf(all map[string]typeSchema) map[string]*tfprotov5.Schema {
	result := map[string]*tfprotov5.Schema{}
	for name, one := range all {
		result[name] = &tfprotov5.Schema{Version: one.Version, Block: one.Block.proto()}
	}
	return result
}

func resourceType(name string) tftypes.Type {
	return (&tfprotov5.Schema{Block: schemas.Resources[name].Block.proto()}).ValueType()
}

type provider struct{ tfprotov5.ProviderServer }

func (provider) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	result := &tfprotov5.GetMetadataResponse{}
	for name := range schemas.Resources {
		result.Resources = append(result.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for name := range schemas.DataSources {
		result.DataSources = append(result.DataSources, tfprotov5.DataSourceMetadata{TypeName: name})
	}
	return result, nil
}

func (provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{
		Provider:          &tfprotov5.Schema{Block: &tfprotov5.SchemaBlock{}},
		ResourceSchemas:   protoOf(schemas.Resources),
		DataSourceSchemas: protoOf(schemas.DataSources),
	}, nil
}

func (provider) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (provider) PrepareProviderConfig(_ context.Context, r *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: r.Config}, nil
}

func (provider) ConfigureProvider(context.Context, *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

func (provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (provider) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (provider) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

func (provider) UpgradeResourceState(_ context.Context, r *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	value, err := r.RawState.Unmarshal(resourceType(r.TypeName))
	must(err)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: dynamic(value)}, nil
}

func (provider) ReadResource(_ context.Context, r *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{NewState: r.CurrentState}, nil
}

// What the configuration leaves out and the provider computes is unknown until it is applied.
func (provider) PlanResourceChange(_ context.Context, r *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	planned := r.ProposedNewState
	value := read(planned, resourceType(r.TypeName))
	if !value.IsNull() {
		planned = dynamic(complete(r.TypeName, value, func(kind tftypes.Type, _ string) tftypes.Value {
			return tftypes.NewValue(kind, tftypes.UnknownValue)
		}))
	}
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: planned}, nil
}

func (provider) ApplyResourceChange(_ context.Context, r *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	value := read(r.PlannedState, resourceType(r.TypeName))
	if value.IsNull() {
		return &tfprotov5.ApplyResourceChangeResponse{NewState: r.PlannedState}, nil
	}
	return &tfprotov5.ApplyResourceChangeResponse{NewState: dynamic(complete(r.TypeName, value, answer))}, nil
}

func answer(kind tftypes.Type, text string) tftypes.Value {
	if kind.Is(tftypes.String) {
		return tftypes.NewValue(kind, text)
	}
	return tftypes.NewValue(kind, nil)
}

func complete(typeName string, value tftypes.Value, fill func(tftypes.Type, string) tftypes.Value) tftypes.Value {
	fields := map[string]tftypes.Value{}
	must(value.As(&fields))
	prefix := ""
	if given, ok := fields["name_prefix"]; ok && given.IsKnown() && !given.IsNull() {
		must(given.As(&prefix))
		prefix = " of " + prefix
	}
	for name, one := range schemas.Resources[typeName].Block.Attributes {
		if field := fields[name]; one.Computed && (field.IsNull() || !field.IsKnown()) {
			fields[name] = fill(field.Type(), fmt.Sprintf("%s.%s%s", typeName, name, prefix))
		}
	}
	return tftypes.NewValue(value.Type(), fields)
}

var facts = map[string]string{"account_id": "123456789012", "partition": "aws", "region": "us-east-1"}

func (provider) ReadDataSource(_ context.Context, r *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	schema := &tfprotov5.Schema{Block: schemas.DataSources[r.TypeName].Block.proto()}
	value := read(r.Config, schema.ValueType())
	fields := map[string]tftypes.Value{}
	must(value.As(&fields))
	for name, field := range fields {
		if fact, ok := facts[name]; ok {
			fields[name] = tftypes.NewValue(field.Type(), fact)
		}
	}
	return &tfprotov5.ReadDataSourceResponse{State: dynamic(tftypes.NewValue(value.Type(), fields))}, nil
}

func read(value *tfprotov5.DynamicValue, kind tftypes.Type) tftypes.Value {
	result, err := value.Unmarshal(kind)
	must(err)
	return result
}

func dynamic(value tftypes.Value) *tfprotov5.DynamicValue {
	result, err := tfprotov5.NewDynamicValue(value.Type(), value)
	must(err)
	return &result
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	must(json.Unmarshal(recorded, &schemas))
	serve := func() tfprotov5.ProviderServer { return provider{} }
	if err := tf5server.Serve("registry.terraform.io/hashicorp/aws", serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
