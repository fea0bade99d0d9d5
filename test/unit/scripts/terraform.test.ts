import { describe, expect, test } from '@jest/globals';
import { PLACE, type Conditions, type PolicyDocument } from '../../../iam/policy.js';
import { renderLocals } from '../../../scripts/print/terraform.js';

function documentOf(resource: readonly string[], conditions: Conditions): PolicyDocument {
  const statement = {
    Sid: 'A',
    Effect: 'Allow',
    Action: ['ec2:Do'],
    Resource: resource,
    Condition: conditions,
  } as const;
  return { Version: '2012-10-17', Statement: [statement] };
}

describe('The policies of the Terraform module', () => {
  test('have variables in place of placeholders, and aligned keys', () => {
    const document = documentOf([`arn:aws:ec2:*:${PLACE.account}:instance/*`], {
      StringLike: { 'aws:RequestedRegion': PLACE.regions, 'aws:Tag/a': `${PLACE.owner}/${PLACE.repository}` },
    });
    expect(renderLocals({ 'pool-fill': document }).split('\n').slice(1)).toEqual([
      'locals {',
      '  pool_fill = {',
      '    Version = "2012-10-17"',
      '    Statement = [',
      '      {',
      '        Sid      = "A"',
      '        Effect   = "Allow"',
      '        Action   = ["ec2:Do"]',
      '        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]',
      '        Condition = {',
      '          StringLike = {',
      '            "aws:RequestedRegion" = local.regions',
      '            "aws:Tag/a"           = "${var.owner}/${var.repository}"',
      '          }',
      '        }',
      '      },',
      '    ]',
      '  }',
      '}',
      '',
    ]);
  });

  test("keep IAM's own variables as they are", () => {
    expect(renderLocals({ a: documentOf(['session/${aws:userid}-*'], {}) })).toContain('["session/$${aws:userid}-*"]');
  });

  test('are not printed with a placeholder that has no variable, because it would allow nothing', () => {
    expect(() => renderLocals({ a: documentOf(['role/<NEW_PLACE>'], {}) })).toThrow('role/<NEW_PLACE>');
  });
});
