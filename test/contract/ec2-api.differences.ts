import type { Difference } from './contract.js';

const UNCHECKED = 'moto does not check it';
const NOT_REFUSED = /The call was not refused/;

/** Where moto 5.2 differs from documented AWS behavior, found by the contract of EC2's API. */
export const MOTO_API_DIFFERENCES: Readonly<Record<string, Difference>> = {
  'a pending instance has a reason for its state and no volume': {
    documented: 'StateReason `pending` ("StateReason"); a volume is attached once the instance runs.',
    instead: 'moto attaches the volume at once and gives no reason',
    fails: /"Code": ""/,
  },
  'a client token launches once': {
    documented:
      'A repeated RunInstances returns the first instance ("Ensuring idempotency in Amazon EC2 API requests").',
    instead: 'moto launches another instance each time',
    fails: /Object\.is equality/,
  },
  'a client token belongs to its request': {
    documented: 'IdempotentParameterMismatch ("Error codes for the Amazon EC2 API").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'a root volume follows its mapping and the tags': {
    documented: 'Throughput, VolumeInitializationRate, DeleteOnTermination ("Volume", "VolumeAttachment").',
    instead: 'moto keeps neither throughput nor DeleteOnTermination',
    fails: /"Throughput": 250/,
  },
  'a mapping for another device adds a volume, which outlives the instance unless the mapping says otherwise': {
    documented:
      'The mappings of the image hold for all devices that the request does not name ("Block device mappings").',
    instead: 'moto makes only the volumes of the request',
    fails: /"\/dev\/sda1"/,
  },
  'a spot instance has a spot request, which closes with the instance': {
    documented: 'RunInstances makes a spot request for a spot instance ("SpotInstanceRequestId").',
    instead: 'moto makes no spot request for an instance',
    fails: /"State": "active"/,
  },
  'an image is found by the name, version or label of its parameter': {
    documented: '`resolve:ssm:PARAMETER`, with a version or a label ("RunInstances", `ImageId`).',
    instead: 'moto takes image ids alone',
    fails: /resolve:ssm:.*expecting "ami-/,
  },
  'a parameter that does not exist, or that is no image, is no image of a launch': {
    documented: 'SsmInvalidParameter, as users quote it.',
    instead: 'moto takes image ids alone',
    fails: /InvalidAMIID\.Malformed/,
  },
  'a spot instance goes on when its request is cancelled': {
    documented: 'RunInstances makes a spot request for a spot instance ("SpotInstanceRequestId").',
    instead: 'moto makes no spot request for an instance',
    fails: /XML parse error/,
  },
  'all filters of instances must hold, and one value of each is enough': {
    documented: 'Filter values may have wildcards ("Filtering").',
    instead: 'moto compares an instance type as it is',
    fails: /"i-[0-9a-f]+"/,
  },
  'an instance is found by its client token': {
    documented: 'The filter `client-token` ("DescribeInstances").',
    instead: 'moto fails with HTTP 500',
    fails: /XML parse error/,
  },
  'a filter that EC2 does not have is refused': {
    documented: 'InvalidParameterValue ("Error codes for the Amazon EC2 API").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'a filter with 201 values is refused': {
    documented: 'FilterLimitExceeded ("Error codes for the Amazon EC2 API").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'describing instances with a page of 4 is refused': {
    documented: 'MaxResults is 5 to 1000 ("DescribeInstances").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'describing instances with a token of no page is refused': {
    documented: 'InvalidNextToken ("Error codes for the Amazon EC2 API").',
    instead: 'moto fails with HTTP 500',
    fails: /Received: "Error"/,
  },
  'describing instances with an id of another form is refused': {
    documented: 'InvalidInstanceID.Malformed ("Error codes for the Amazon EC2 API").',
    instead: 'moto answers InvalidInstanceID.NotFound',
    fails: /InvalidInstanceID\.NotFound/,
  },
  'images are found by owner, name, state, architecture and tag': {
    documented: 'RegisterImage keeps the architecture ("RegisterImage").',
    instead: 'moto registers every image for x86_64',
    fails: /"ami-[0-9a-f]+"/,
  },
  'a terminated instance has no network and no volumes': {
    documented: 'A terminated instance has released its network interface ("Terminate Amazon EC2 instances").',
    instead: 'moto keeps the subnet and the address',
    fails: /"subnet-[0-9a-f]+"/,
  },
  'one bad id spares the whole batch': {
    documented: 'The sandbox quotes each id.',
    instead: 'moto quotes the list of ids as one',
    fails: /'i-0ffffffffffffffff, i-0eeeeeeeeeeeeeeee'/,
  },
  'a protected instance is not terminated': {
    documented: 'OperationNotPermitted ("TerminateInstances").',
    instead: 'moto reads DisableApiTermination of ModifyInstanceAttribute alone',
    fails: NOT_REFUSED,
  },
  'a terminated instance cannot be started': {
    documented: 'IncorrectInstanceState ("Error codes for the Amazon EC2 API").',
    instead: 'moto starts a terminated instance',
    fails: NOT_REFUSED,
  },
  'a one-time spot instance cannot be stopped': {
    documented: 'UnsupportedOperation ("Error codes for the Amazon EC2 API").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'a new volume is being created at first': {
    documented: 'State `creating` ("Amazon EBS volume lifecycle").',
    instead: 'a volume of moto is available at once',
    fails: /"creating"/,
  },
  'a volume is detached from the instance that has it, without naming the instance': {
    documented: 'InstanceId is optional ("DetachVolume").',
    instead: 'moto fails with HTTP 500',
    fails: /XML parse error/,
  },
  'a volume does not shrink': {
    documented: 'A volume only grows ("Modify an Amazon EBS volume").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'a volume is not modified twice within six hours': {
    documented: 'VolumeModificationRateExceeded ("Modify an Amazon EBS volume").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  "a volume's client token creates once": {
    documented: 'A repeated CreateVolume returns the first volume ("Ensuring idempotency in Amazon EC2 API requests").',
    instead: 'moto creates another volume each time',
    fails: /Object\.is equality/,
  },
  "a volume's client token belongs to its request": {
    documented: 'IdempotentParameterMismatch ("Error codes for the Amazon EC2 API").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'a volume in a zone that does not exist is refused': {
    documented: 'InvalidZone.NotFound ("Error codes for the Amazon EC2 API").',
    instead: 'moto creates a volume of no zone',
    fails: NOT_REFUSED,
  },
  'a volume larger than its type allows is refused': {
    documented: 'The sizes of each type ("CreateVolume", `Size`).',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'an attached volume is not attached again': {
    documented: 'VolumeInUse ("Error codes for the Amazon EC2 API").',
    instead: 'moto attaches it to both',
    fails: NOT_REFUSED,
  },
  'a volume of another zone is not attached': {
    documented: 'InvalidVolume.ZoneMismatch ("Error codes for the Amazon EC2 API").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'two volumes do not share a device': {
    documented: 'A device name is used once ("Device names for volumes on Amazon EC2 instances").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'a device of another form is refused': {
    documented:
      'The names from /dev/sda to /dev/sdzz and the like ("Device names for volumes on Amazon EC2 instances").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'a terminated instance gets no volume': {
    documented: 'AttachVolume needs a running or stopped instance ("AttachVolume").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'a volume that is not attached is not detached': {
    documented: 'IncorrectState ("Error codes for the Amazon EC2 API").',
    instead: 'moto fails with HTTP 500',
    fails: /XML parse error/,
  },
  'the root volume of a running instance is not detached': {
    documented: 'The instance must be stopped first ("DetachVolume").',
    instead: 'moto fails with HTTP 500',
    fails: /Received: "Error"/,
  },
  'a snapshot is pending at first': {
    documented: 'A snapshot is `pending` until its blocks are in S3 ("CreateSnapshot").',
    instead: 'a snapshot of moto is completed at once',
    fails: /"pending"/,
  },
  'a snapshot of an encrypted volume is encrypted': {
    documented: 'KmsKeyId of an encrypted snapshot ("Snapshot").',
    instead: 'moto does not show the key',
    fails: /KmsKeyId/,
  },
  'a volume smaller than its snapshot is refused': {
    documented: 'The size must be that of the snapshot or larger ("CreateVolume").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
  'a launch with a volume smaller than its snapshot is refused': {
    documented: 'InvalidBlockDeviceMapping ("Error codes for the Amazon EC2 API").',
    instead: UNCHECKED,
    fails: NOT_REFUSED,
  },
};
