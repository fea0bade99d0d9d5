import { startSandbox, seed } from './sandbox.js';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { renderUserData } from '../src/core/payload.js';
// 20 machines at once, ours, one runner each on one label
const sb = await startSandbox();
Object.assign(process.env, sb.environment);
const ec2 = new EC2Client({});
const t0=performance.now();
const jobs = Array.from({length:20},(_,i)=>sb.github.queueJob({labels:['x'],steps:['echo hi; sleep 0.1'],name:`j${i}`}));
await Promise.all(jobs.map(async (_,i)=>{
const jit = await (await fetch(`${sb.githubUrl}/repos/octo-org/octo-repo/actions/runners/generate-jitconfig`,{method:'POST',headers:{authorization:`Bearer ${sb.token}`},body:JSON.stringify({name:'r'+i,runner_group_id:1,labels:['x'],work_folder:'_work'})})).json() as any;
const ud = renderUserData({runnerName:'r'+i,label:'x',jitConfig:jit.encoded_jit_config,runnerHome:'/opt/actions-runner',runAsUser:'root',startupTimeoutSeconds:60,idleTimeoutSeconds:60,maxLifetimeSeconds:600} as any);
await ec2.send(new RunInstancesCommand({ImageId:seed.OUR_AMD64_IMAGE,InstanceType:'t3.xlarge',MinCount:1,MaxCount:1,InstanceInitiatedShutdownBehavior:'terminate',UserData:Buffer.from(ud).toString('base64')}));
}));
console.log(await Promise.all(jobs.map(j=>j.finished)), performance.now()-t0);
const end=Date.now()+20000; while(sb.ec2.instances().some(i=>i.state!=='terminated') && Date.now()<end) await new Promise(r=>setTimeout(r,20));
console.log(performance.now()-t0, sb.ec2.instances().map(i=>i.state+i.stateReason?.code).join());
const t1=performance.now(); await sb.close(); console.log('close', performance.now()-t1);
ec2.destroy(); const t2=performance.now(); process.on('exit',()=>console.log('exit after', performance.now()-t2));
