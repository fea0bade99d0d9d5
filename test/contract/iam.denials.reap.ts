import type { Denials } from './iam.denials.js';
import { OURS, properLaunch, TAG, type Account } from './iam.world.js';

const TERMINATE = ['ec2:TerminateInstances on instance'];

/** The limits of the role for reap-runners. @param foreign the id of an instance of another owner's repository */
export function denyReap(account: Account, foreign: string): Denials[] {
  const { ours, theirs, untagged, ec2, ssm, terminate } = account;
  return [
    {
      role: 'reap',
      rule: 'removes only what is tagged with its repository',
      calls: [
        ['terminate an untagged instance', terminate(untagged.instance), TERMINATE],
        ["terminate another repository's instance", terminate(theirs.instance), TERMINATE],
        [
          'delete an untagged volume',
          ec2('DeleteVolume', { VolumeId: untagged.volume }),
          ['ec2:DeleteVolume on volume'],
        ],
        [
          "delete another repository's volume",
          ec2('DeleteVolume', { VolumeId: theirs.volume }),
          ['ec2:DeleteVolume on volume'],
        ],
        [
          "cancel another repository's spot request",
          ec2('CancelSpotInstanceRequests', { 'SpotInstanceRequestId.1': theirs.spotRequest }),
          ['ec2:CancelSpotInstanceRequests on spot-instances-request'],
        ],
        [
          'tag a volume with its repository, to delete it',
          account.tag(untagged.volume, { [TAG]: OURS }),
          ['ec2:CreateTags on volume'],
        ],
      ],
    },
    {
      role: 'reap',
      rule: 'only describes and removes',
      calls: [
        [
          'launch an instance',
          account.launch(properLaunch).filter(({ resource }) => resource.includes(':instance/')),
          ['ec2:RunInstances on instance', 'ec2:CreateTags on instance'],
        ],
        [
          'read a console',
          ec2('GetConsoleOutput', { InstanceId: ours.instance }),
          ['ec2:GetConsoleOutput on instance'],
        ],
        [
          'read which image a preset means',
          ssm('GetParameters', { Names: ['/ci-actions/ami/amd64'] }),
          ['ssm:GetParameters on parameter'],
        ],
      ],
    },
    {
      role: 'reap for all repositories of its owner',
      rule: 'removes nothing of other owners',
      calls: [
        [
          "terminate an instance of another owner in one call with its owner's",
          terminate(ours.instance, theirs.instance, foreign),
          TERMINATE,
        ],
      ],
    },
  ];
}
