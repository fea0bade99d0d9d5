import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { inputs as start } from '../../../actions/start-runner.inputs.js';
import { passRole, startStop } from '../../../iam/start-stop.js';
import { fillMigration, listNewPermissions, PERMITTED_THERE } from '../../../scripts/print/migration.js';
import { findForeignInput } from '../../../src/core/inputs/foreign-inputs.js';

const page = readFileSync(new URL('../../../docs/migrating.md', import.meta.url), 'utf8');

/** The inputs in action.yml: of machulav's v1.0.0 to v2.6.1, and of namecheap's v1.0.0 to v4. */
const theirs = {
  machulav:
    'mode github-token availability-zones-config ec2-image-id ec2-instance-type subnet-id security-group-id label ec2-instance-id iam-role-name aws-resource-tags runner-home-dir pre-runner-script market-type block-device-mappings startup-quiet-period-seconds startup-retry-interval-seconds startup-timeout-minutes run-runner-as-service run-runner-as-user ec2-volume-size ec2-device-name ec2-volume-type metadata-options packages use-jit runner-group-id runner-debug',
  namecheap:
    'ec2-image-filters ec2-image-owner eip-allocation-id count allow-partial reuse reuse-pool-tag reuse-max-cycles reaper-stopped-max-age ec2-instance-ids runner-version architecture user-data-template encrypt-ebs spot-fallback spot-max-price volume-size volume-type volume-iops volume-throughput http-tokens cleanup-on-start-failure max-lifetime-minutes max-age-minutes dry-run debug',
};

describe.each(Object.entries(theirs))('Every input of %s/ec2-github-runner', (_owner, names) => {
  test.each(names.split(' '))('%s is an input here, in action.yml too, and has a row if it differs', (name) => {
    expect(Object.keys(start)).toContain(name);
    if (findForeignInput(name)) expect(page).toContain(`\`${name}\``);
  });
});

describe('The new permissions in docs/migrating.md', () => {
  const rows = [...page.matchAll(/^\| `([\w-]+:\w+)` /gm)].map(([, action]) => String(action));

  test("are the policies' actions without those of ec2-github-runner's README", () => {
    const actions = [startStop, passRole].flatMap(({ grants }) =>
      grants.flatMap(({ actions: all }) => Object.keys(all)),
    );
    const added = [...new Set(actions)].filter((action) => !PERMITTED_THERE.includes(action));
    expect(added.length).toBeGreaterThan(3);
    expect(rows.toSorted()).toEqual(added.toSorted());
    expect(Object.keys(listNewPermissions()).toSorted()).toEqual(added.toSorted());
  });

  test('have one row each, with all purposes', () => {
    const policy = (purpose: string) => ({
      title: '',
      grants: [
        { sid: 's', actions: { 'ec2:DescribeImages': purpose, 'ec2:RunInstances': 'x' }, resources: '*', on: '' },
      ],
    });
    expect(listNewPermissions([policy('a'), policy('b'), policy('a')] as never)).toEqual({
      'ec2:DescribeImages': 'a; b',
    });
  });
});

test('Inputs with one fate share a row', () => {
  expect(fillMigration(page)).toMatch(
    /^\| `ec2-instance-count`, `runner-count`.* \| Refused: write `count: …`\. *\|$/m,
  );
});
