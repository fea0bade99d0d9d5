/**
 * AWS's prices of Linux instances on demand (USD per hour) and of EBS volumes (USD per GiB and month), by region. Printed
 * by `npm run lab -- prices`, which reads AWS's price list.
 *
 * `c5 .17`: the price of c5.xlarge; the other sizes of the family cost in proportion. `g4dn.xlarge .526`: one type.
 */
export const PRICE_TABLE: Readonly<
  Record<string, { readonly date: string; readonly instances: string; readonly volumes: string }>
> = {
  'us-east-1': {
    date: 'June 2026',
    instances:
      'a1 .102 c5 .17 c5a .154 c5d .192 c6a .153 c6g .136 c6i .17 c7a .20528 c7g .145 c7i .1785 c7i-flex .16958 c8g .15952 c8i .18742 g4dn.12xlarge 3.912 g4dn.16xlarge 4.352 g4dn.2xlarge .752 g4dn.4xlarge 1.204 g4dn.8xlarge 2.176 g4dn.xlarge .526 g5.12xlarge 5.672 g5.16xlarge 4.096 g5.2xlarge 1.212 g5.4xlarge 1.624 g5.8xlarge 2.448 g5.xlarge 1.006 g5g.xlarge .42 g6.12xlarge 4.6016 g6.16xlarge 3.3968 g6.2xlarge .9776 g6.4xlarge 1.3232 g6.8xlarge 2.0144 g6.xlarge .8048 g6e.2xlarge 2.24208 g6e.4xlarge 3.00424 g6e.xlarge 1.861 m5 .192 m5a .172 m5d .226 m6a .1728 m6g .154 m6i .192 m7a .23184 m7g .1632 m7i .2016 m7i-flex .19152 m8g .17952 m8i .21168 r5 .252 r5a .226 r6a .2268 r6g .2016 r6i .252 r7g .2142 r7i .2646 r8g .23564 t2 .1856 t2.small .023 t3 .1664 t3a .1504 t4g .1344',
    volumes: 'gp2 .1 gp3 .08',
  },
};
