import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({});
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  o: () => (/* binding */ I)
});

;// CONCATENATED MODULE: external "node:module"
const external_node_module_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:module");
;// CONCATENATED MODULE: external "node:http"
const external_node_http_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");
;// CONCATENATED MODULE: external "node:https"
const external_node_https_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");
;// CONCATENATED MODULE: external "http"
const external_http_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");
var external_http_namespaceObject_0 = /*#__PURE__*/__nccwpck_require__.t(external_http_namespaceObject, 2);
;// CONCATENATED MODULE: external "https"
const external_https_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");
var external_https_namespaceObject_0 = /*#__PURE__*/__nccwpck_require__.t(external_https_namespaceObject, 2);
;// CONCATENATED MODULE: ./build/shaken/proxy-agents/index.mjs
var a=Object.create,o=Object.defineProperty,s=Object.getOwnPropertyDescriptor,c=Object.getOwnPropertyNames,l=Object.getPrototypeOf,u=Object.prototype.hasOwnProperty,d=(e,t)=>()=>(t||(e((t={exports:{}}).exports,t,t.exports),e=null),t.exports),f=(e,t,n,r)=>{if(t&&typeof t==`object`||typeof t==`function`)for(var i=c(t),a=0,l=i.length,d;a<l;a++)d=i[a],!u.call(e,d)&&d!==n&&o(e,d,{get:(e=>t[e]).bind(null,d),enumerable:!(r=s(t,d))||r.enumerable});return e},p=(e,t,n)=>(n=e==null?{}:a(l(e)),f(t||!e||!e.__esModule||!u.call(e,`default`)?o(n,`default`,{value:e,enumerable:!0}):n,e)),m=/* @__PURE__ */ (0,external_node_module_namespaceObject.createRequire)(import.meta.url);function h(e){let t=e.protocol===`https:`;if(g(e))return;let n=t?process.env.https_proxy||process.env.HTTPS_PROXY:process.env.http_proxy||process.env.HTTP_PROXY;if(n)try{return new v(n)}catch{if(!n.startsWith(`http://`)&&!n.startsWith(`https://`))return new v(`http://${n}`)}else return}function g(e){if(!e.hostname)return!1;let t=e.hostname;if(_(t))return!0;let n=process.env.no_proxy||process.env.NO_PROXY||``;if(!n)return!1;let r;e.port?r=Number(e.port):e.protocol===`http:`?r=80:e.protocol===`https:`&&(r=443);let i=[e.hostname.toUpperCase()];typeof r==`number`&&i.push(`${i[0]}:${r}`);for(let e of n.split(`,`).map(e=>e.trim().toUpperCase()).filter(e=>e))if(e===`*`||i.some(t=>t===e||t.endsWith(`.${e}`)||e.startsWith(`.`)&&t.endsWith(`${e}`)))return!0;return!1}function _(e){let t=e.toLowerCase();return t===`localhost`||t.startsWith(`127.`)||t.startsWith(`[::1]`)||t.startsWith(`[0:0:0:0:0:0:0:1]`)}var v=class extends URL{constructor(e,t){super(e,t),this._decodedUsername=decodeURIComponent(super.username),this._decodedPassword=decodeURIComponent(super.password)}get username(){return this._decodedUsername}get password(){return this._decodedPassword}},y=/* @__PURE__ */ d((e=>{m(`net`);var t=m(`tls`),n=m(`http`),r=m(`https`),i=m(`events`);m(`assert`);var a=m(`util`);e.httpOverHttp=o,e.httpsOverHttp=s,e.httpOverHttps=c,e.httpsOverHttps=l;function o(e){var t=new u(e);return t.request=n.request,t}function s(e){var t=new u(e);return t.request=n.request,t.createSocket=d,t.defaultPort=443,t}function c(e){var t=new u(e);return t.request=r.request,t}function l(e){var t=new u(e);return t.request=r.request,t.createSocket=d,t.defaultPort=443,t}function u(e){var t=this;t.options=e||{},t.proxyOptions=t.options.proxy||{},t.maxSockets=t.options.maxSockets||n.Agent.defaultMaxSockets,t.requests=[],t.sockets=[],t.on(`free`,function(e,n,r,i){for(var a=f(n,r,i),o=0,s=t.requests.length;o<s;++o){var c=t.requests[o];if(c.host===a.host&&c.port===a.port){t.requests.splice(o,1),c.request.onSocket(e);return}}e.destroy(),t.removeSocket(e)})}a.inherits(u,i.EventEmitter),u.prototype.addRequest=function(e,t,n,r){var i=this,a=p({request:e},i.options,f(t,n,r));i.sockets.length>=this.maxSockets?i.requests.push(a):i.createSocket(a,function(t){t.on(`free`,n),t.on(`close`,r),t.on(`agentRemove`,r),e.onSocket(t);function n(){i.emit(`free`,t,a)}function r(e){i.removeSocket(t),t.removeListener(`free`,n),t.removeListener(`close`,r),t.removeListener(`agentRemove`,r)}})},u.prototype.createSocket=function(e,t){var n=this,r={};n.sockets.push(r);var i=p({},n.proxyOptions,{method:`CONNECT`,path:e.host+`:`+e.port,agent:!1,headers:{host:e.host+`:`+e.port}});e.localAddress&&(i.localAddress=e.localAddress),i.proxyAuth&&(i.headers=i.headers||{},i.headers[`Proxy-Authorization`]=`Basic `+Buffer.from(i.proxyAuth).toString(`base64`)),h(`making CONNECT request`);var a=n.request(i);a.useChunkedEncodingByDefault=!1,a.once(`response`,o),a.once(`upgrade`,s),a.once(`connect`,c),a.once(`error`,l),a.end();function o(e){e.upgrade=!0}function s(e,t,n){process.nextTick(function(){c(e,t,n)})}function c(i,o,s){if(a.removeAllListeners(),o.removeAllListeners(),i.statusCode!==200){h(`tunneling socket could not be established, statusCode=%d`,i.statusCode),o.destroy();var c=/* @__PURE__ */ Error(`tunneling socket could not be established, statusCode=`+i.statusCode);c.code=`ECONNRESET`,e.request.emit(`error`,c),n.removeSocket(r)}else if(s.length>0){h(`got illegal response body from proxy`),o.destroy();var c=/* @__PURE__ */ Error(`got illegal response body from proxy`);c.code=`ECONNRESET`,e.request.emit(`error`,c),n.removeSocket(r)}else return h(`tunneling connection has established`),n.sockets[n.sockets.indexOf(r)]=o,t(o)}function l(t){a.removeAllListeners(),h(`tunneling socket could not be established, cause=%s
`,t.message,t.stack);var i=/* @__PURE__ */ Error(`tunneling socket could not be established, cause=`+t.message);i.code=`ECONNRESET`,e.request.emit(`error`,i),n.removeSocket(r)}},u.prototype.removeSocket=function(e){var t=this.sockets.indexOf(e);if(t!==-1){this.sockets.splice(t,1);var n=this.requests.shift();n&&this.createSocket(n,function(e){n.request.onSocket(e)})}};function d(e,n){var r=this;u.prototype.createSocket.call(r,e,function(i){var a=e.request.getHeader(`host`),o=p({},r.options,{socket:i,servername:a?a.replace(/:.*$/,``):e.host}),s=t.connect(0,o);r.sockets[r.sockets.indexOf(i)]=s,n(s)})}function f(e,t,n){return typeof e==`string`?{host:e,port:t,localAddress:n}:e}function p(e){for(var t=1,n=arguments.length;t<n;++t){var r=arguments[t];if(typeof r==`object`)for(var i=Object.keys(r),a=0,o=i.length;a<o;++a){var s=i[a];r[s]!==void 0&&(e[s]=r[s])}}return e}var h=process.env.NODE_DEBUG&&/\btunnel\b/.test(process.env.NODE_DEBUG)?function(){var e=Array.prototype.slice.call(arguments);typeof e[0]==`string`?e[0]=`TUNNEL: `+e[0]:e.unshift(`TUNNEL:`),console.error.apply(console,e)}:function(){}})),b=/* @__PURE__ */ p((/* @__PURE__ */ d(((e,t)=>{t.exports=y()})))(),1),x=function(e,t,n,r){function i(e){return e instanceof n?e:new n(function(t){t(e)})}return new(n||=Promise)(function(n,a){function o(e){try{c(r.next(e))}catch(e){a(e)}}function s(e){try{c(r.throw(e))}catch(e){a(e)}}function c(e){e.done?n(e.value):i(e.value).then(o,s)}c((r=r.apply(e,t||[])).next())})},S;(function(e){e[e.OK=200]=`OK`,e[e.MultipleChoices=300]=`MultipleChoices`,e[e.MovedPermanently=301]=`MovedPermanently`,e[e.ResourceMoved=302]=`ResourceMoved`,e[e.SeeOther=303]=`SeeOther`,e[e.NotModified=304]=`NotModified`,e[e.UseProxy=305]=`UseProxy`,e[e.SwitchProxy=306]=`SwitchProxy`,e[e.TemporaryRedirect=307]=`TemporaryRedirect`,e[e.PermanentRedirect=308]=`PermanentRedirect`,e[e.BadRequest=400]=`BadRequest`,e[e.Unauthorized=401]=`Unauthorized`,e[e.PaymentRequired=402]=`PaymentRequired`,e[e.Forbidden=403]=`Forbidden`,e[e.NotFound=404]=`NotFound`,e[e.MethodNotAllowed=405]=`MethodNotAllowed`,e[e.NotAcceptable=406]=`NotAcceptable`,e[e.ProxyAuthenticationRequired=407]=`ProxyAuthenticationRequired`,e[e.RequestTimeout=408]=`RequestTimeout`,e[e.Conflict=409]=`Conflict`,e[e.Gone=410]=`Gone`,e[e.TooManyRequests=429]=`TooManyRequests`,e[e.InternalServerError=500]=`InternalServerError`,e[e.NotImplemented=501]=`NotImplemented`,e[e.BadGateway=502]=`BadGateway`,e[e.ServiceUnavailable=503]=`ServiceUnavailable`,e[e.GatewayTimeout=504]=`GatewayTimeout`})(S||={});var C;(function(e){e.Accept=`accept`,e.ContentType=`content-type`})(C||={});var w;(function(e){e.ApplicationJson=`application/json`})(w||={});const T=[S.MovedPermanently,S.ResourceMoved,S.SeeOther,S.TemporaryRedirect,S.PermanentRedirect],E=[S.BadGateway,S.ServiceUnavailable,S.GatewayTimeout],D=[`OPTIONS`,`GET`,`DELETE`,`HEAD`];var O=class e extends Error{constructor(t,n){super(t),this.name=`HttpClientError`,this.statusCode=n,Object.setPrototypeOf(this,e.prototype)}},k=class{constructor(e){this.message=e}readBody(){return x(this,void 0,void 0,function*(){return new Promise(e=>x(this,void 0,void 0,function*(){let t=Buffer.alloc(0);this.message.on(`data`,e=>{t=Buffer.concat([t,e])}),this.message.on(`end`,()=>{e(t.toString())})}))})}readBodyBuffer(){return x(this,void 0,void 0,function*(){return new Promise(e=>x(this,void 0,void 0,function*(){let t=[];this.message.on(`data`,e=>{t.push(e)}),this.message.on(`end`,()=>{e(Buffer.concat(t))})}))})}},A=class{constructor(e,t,n){this._ignoreSslError=!1,this._allowRedirects=!0,this._allowRedirectDowngrade=!1,this._maxRedirects=50,this._allowRetries=!1,this._maxRetries=1,this._keepAlive=!1,this._disposed=!1,this.userAgent=this._getUserAgentWithOrchestrationId(e),this.handlers=t||[],this.requestOptions=n,n&&(n.ignoreSslError!=null&&(this._ignoreSslError=n.ignoreSslError),this._socketTimeout=n.socketTimeout,n.allowRedirects!=null&&(this._allowRedirects=n.allowRedirects),n.allowRedirectDowngrade!=null&&(this._allowRedirectDowngrade=n.allowRedirectDowngrade),n.maxRedirects!=null&&(this._maxRedirects=Math.max(n.maxRedirects,0)),n.keepAlive!=null&&(this._keepAlive=n.keepAlive),n.allowRetries!=null&&(this._allowRetries=n.allowRetries),n.maxRetries!=null&&(this._maxRetries=n.maxRetries))}options(e,t){return x(this,void 0,void 0,function*(){return this.request(`OPTIONS`,e,null,t||{})})}get(e,t){return x(this,void 0,void 0,function*(){return this.request(`GET`,e,null,t||{})})}del(e,t){return x(this,void 0,void 0,function*(){return this.request(`DELETE`,e,null,t||{})})}post(e,t,n){return x(this,void 0,void 0,function*(){return this.request(`POST`,e,t,n||{})})}patch(e,t,n){return x(this,void 0,void 0,function*(){return this.request(`PATCH`,e,t,n||{})})}put(e,t,n){return x(this,void 0,void 0,function*(){return this.request(`PUT`,e,t,n||{})})}head(e,t){return x(this,void 0,void 0,function*(){return this.request(`HEAD`,e,null,t||{})})}sendStream(e,t,n,r){return x(this,void 0,void 0,function*(){return this.request(e,t,n,r)})}getJson(e){return x(this,arguments,void 0,function*(e,t={}){t[C.Accept]=this._getExistingOrDefaultHeader(t,C.Accept,w.ApplicationJson);let n=yield this.get(e,t);return this._processResponse(n,this.requestOptions)})}postJson(e,t){return x(this,arguments,void 0,function*(e,t,n={}){let r=JSON.stringify(t,null,2);n[C.Accept]=this._getExistingOrDefaultHeader(n,C.Accept,w.ApplicationJson),n[C.ContentType]=this._getExistingOrDefaultContentTypeHeader(n,w.ApplicationJson);let i=yield this.post(e,r,n);return this._processResponse(i,this.requestOptions)})}putJson(e,t){return x(this,arguments,void 0,function*(e,t,n={}){let r=JSON.stringify(t,null,2);n[C.Accept]=this._getExistingOrDefaultHeader(n,C.Accept,w.ApplicationJson),n[C.ContentType]=this._getExistingOrDefaultContentTypeHeader(n,w.ApplicationJson);let i=yield this.put(e,r,n);return this._processResponse(i,this.requestOptions)})}patchJson(e,t){return x(this,arguments,void 0,function*(e,t,n={}){let r=JSON.stringify(t,null,2);n[C.Accept]=this._getExistingOrDefaultHeader(n,C.Accept,w.ApplicationJson),n[C.ContentType]=this._getExistingOrDefaultContentTypeHeader(n,w.ApplicationJson);let i=yield this.patch(e,r,n);return this._processResponse(i,this.requestOptions)})}request(e,t,n,r){return x(this,void 0,void 0,function*(){if(this._disposed)throw Error(`Client has already been disposed.`);let i=new URL(t),a=this._prepareRequest(e,i,r),o=this._allowRetries&&D.includes(e)?this._maxRetries+1:1,s=0,c;do{if(c=yield this.requestRaw(a,n),c&&c.message&&c.message.statusCode===S.Unauthorized){let e;for(let t of this.handlers)if(t.canHandleAuthentication(c)){e=t;break}return e?e.handleAuthentication(this,a,n):c}let t=this._maxRedirects;for(;c.message.statusCode&&T.includes(c.message.statusCode)&&this._allowRedirects&&t>0;){let o=c.message.headers.location;if(!o)break;let s=new URL(o);if(i.protocol===`https:`&&i.protocol!==s.protocol&&!this._allowRedirectDowngrade)throw Error(`Redirect from HTTPS to HTTP protocol. This downgrade is not allowed for security reasons. If you want to allow this behavior, set the allowRedirectDowngrade option to true.`);if(yield c.readBody(),s.hostname!==i.hostname)for(let e in r)e.toLowerCase()===`authorization`&&delete r[e];a=this._prepareRequest(e,s,r),c=yield this.requestRaw(a,n),t--}if(!c.message.statusCode||!E.includes(c.message.statusCode))return c;s+=1,s<o&&(yield c.readBody(),yield this._performExponentialBackoff(s))}while(s<o);return c})}dispose(){this._agent&&this._agent.destroy(),this._disposed=!0}requestRaw(e,t){return x(this,void 0,void 0,function*(){return new Promise((n,r)=>{function i(e,t){e?r(e):t?n(t):r(/* @__PURE__ */ Error(`Unknown error`))}this.requestRawWithCallback(e,t,i)})})}requestRawWithCallback(e,t,n){typeof t==`string`&&(e.options.headers||(e.options.headers={}),e.options.headers[`Content-Length`]=Buffer.byteLength(t,`utf8`));let r=!1;function i(e,t){r||(r=!0,n(e,t))}let a=e.httpModule.request(e.options,e=>{i(void 0,new k(e))}),o;a.on(`socket`,e=>{o=e}),a.setTimeout(this._socketTimeout||18e4,()=>{o&&o.end(),i(/* @__PURE__ */ Error(`Request timeout: ${e.options.path}`))}),a.on(`error`,function(e){i(e)}),t&&typeof t==`string`&&a.write(t,`utf8`),t&&typeof t!=`string`?(t.on(`close`,function(){a.end()}),t.pipe(a)):a.end()}getAgent(e){let t=new URL(e);return this._getAgent(t)}getAgentDispatcher(e){let t=new URL(e),n=h(t);if(n&&n.hostname)return this._getProxyAgentDispatcher(t,n)}_prepareRequest(e,t,n){let a={};a.parsedUrl=t;let o=a.parsedUrl.protocol===`https:`;a.httpModule=o?external_https_namespaceObject_0:external_http_namespaceObject_0;let s=o?443:80;if(a.options={},a.options.host=a.parsedUrl.hostname,a.options.port=a.parsedUrl.port?parseInt(a.parsedUrl.port):s,a.options.path=(a.parsedUrl.pathname||``)+(a.parsedUrl.search||``),a.options.method=e,a.options.headers=this._mergeHeaders(n),this.userAgent!=null&&(a.options.headers[`user-agent`]=this.userAgent),a.options.agent=this._getAgent(a.parsedUrl),this.handlers)for(let e of this.handlers)e.prepareRequest(a.options);return a}_mergeHeaders(e){return this.requestOptions&&this.requestOptions.headers?Object.assign({},j(this.requestOptions.headers),j(e||{})):j(e||{})}_getExistingOrDefaultHeader(e,t,n){let r;if(this.requestOptions&&this.requestOptions.headers){let e=j(this.requestOptions.headers)[t];e&&(r=typeof e==`number`?e.toString():e)}let i=e[t];return i===void 0?r===void 0?n:r:typeof i==`number`?i.toString():i}_getExistingOrDefaultContentTypeHeader(e,t){let n;if(this.requestOptions&&this.requestOptions.headers){let e=j(this.requestOptions.headers)[C.ContentType];e&&(n=typeof e==`number`?String(e):Array.isArray(e)?e.join(`, `):e)}let r=e[C.ContentType];return r===void 0?n===void 0?t:n:typeof r==`number`?String(r):Array.isArray(r)?r.join(`, `):r}_getAgent(e){let t,n=h(e),a=n&&n.hostname;if(this._keepAlive&&a&&(t=this._proxyAgent),a||(t=this._agent),t)return t;let o=e.protocol===`https:`,s=100;if(this.requestOptions&&(s=this.requestOptions.maxSockets||external_http_namespaceObject.globalAgent.maxSockets),n&&n.hostname){let e={maxSockets:s,keepAlive:this._keepAlive,proxy:Object.assign(Object.assign({},(n.username||n.password)&&{proxyAuth:`${n.username}:${n.password}`}),{host:n.hostname,port:n.port})},r,i=n.protocol===`https:`;r=o?i?b.httpsOverHttps:b.httpsOverHttp:i?b.httpOverHttps:b.httpOverHttp,t=r(e),this._proxyAgent=t}if(!t){let e={keepAlive:this._keepAlive,maxSockets:s};t=o?new external_https_namespaceObject.Agent(e):new external_http_namespaceObject.Agent(e),this._agent=t}return o&&this._ignoreSslError&&(t.options=Object.assign(t.options||{},{rejectUnauthorized:!1})),t}_getProxyAgentDispatcher(e,t){let n;if(this._keepAlive&&(n=this._proxyAgentDispatcher),n)return n;let r=e.protocol===`https:`;return n=new(void 0)(Object.assign({uri:t.href,pipelining:+!!this._keepAlive},(t.username||t.password)&&{token:`Basic ${Buffer.from(`${t.username}:${t.password}`).toString(`base64`)}`})),this._proxyAgentDispatcher=n,r&&this._ignoreSslError&&(n.options=Object.assign(n.options.requestTls||{},{rejectUnauthorized:!1})),n}_getUserAgentWithOrchestrationId(e){let t=e||`actions/http-client`,n=process.env.ACTIONS_ORCHESTRATION_ID;return n?`${t} actions_orchestration_id/${n.replace(/[^a-z0-9_.-]/gi,`_`)}`:t}_performExponentialBackoff(e){return x(this,void 0,void 0,function*(){e=Math.min(10,e);let t=5*2**e;return new Promise(e=>setTimeout(()=>e(),t))})}_processResponse(e,t){return x(this,void 0,void 0,function*(){return new Promise((n,r)=>x(this,void 0,void 0,function*(){let i=e.message.statusCode||0,a={statusCode:i,result:null,headers:{}};i===S.NotFound&&n(a);function o(e,t){if(typeof t==`string`){let e=new Date(t);if(!isNaN(e.valueOf()))return e}return t}let s,c;try{c=yield e.readBody(),c&&c.length>0&&(s=t&&t.deserializeDates?JSON.parse(c,o):JSON.parse(c),a.result=s),a.headers=e.message.headers}catch{}if(i>299){let e;e=s&&s.message?s.message:c&&c.length>0?c:`Failed request: (${i})`;let t=new O(e,i);t.result=a.result,r(t)}else n(a)}))})}};const j=e=>Object.keys(e).reduce((t,n)=>(t[n.toLowerCase()]=e[n],t),{});function M(e){return async(t,n={})=>{let r=new URL(t),i=new Map(Object.entries(n.headers??{}).map(([e,t])=>[e.toLowerCase(),`${t}`]));for(let t=0;;t+=1){let a=await N(r,{...n,headers:i},e),o=P(a,r,n);if(!o)return F(a,r);if(a.resume(),t===5)throw TypeError(`${r.href} redirected more than 5 times`);o.origin!==r.origin&&i.delete(`authorization`),r=o}}}external_node_http_namespaceObject.globalAgent,external_node_https_namespaceObject.globalAgent;function N(e,r,i){let a=e.protocol===`https:`;return new Promise((o,s)=>{let c=(a?external_node_https_namespaceObject:external_node_http_namespaceObject).request(e,{method:r.method??`GET`,headers:Object.fromEntries(r.headers),agent:a?i.httpsAgent:i.httpAgent,...r.signal?{signal:r.signal}:{}});c.on(`response`,o).on(`error`,e=>{s(r.signal?.aborted?r.signal.reason:TypeError(`fetch failed`,{cause:e}))}),c.end(r.body??void 0)})}function P(e,t,n){let{statusCode:r,headers:i}=e;if(!i.location||n.redirect===`manual`)return;let a=[`GET`,`HEAD`].includes((n.method??`GET`).toUpperCase());return r===307||r===308||a&&[301,302,303].includes(r??0)?new URL(i.location,t):void 0}async function F(e,t){let n=[];for await(let t of e)n.push(t);let r=Buffer.concat(n);return{status:e.statusCode??0,statusText:e.statusMessage??``,url:t.href,headers:new Map(Object.entries(e.headersDistinct).map(([e,t=[]])=>[e,t.join(`, `)])),text:async()=>r.toString(),arrayBuffer:async()=>new Uint8Array(r).buffer}}function I(){let e={httpAgent:L(new external_node_http_namespaceObject.Agent,`http:`),httpsAgent:L(new external_node_https_namespaceObject.Agent,`https:`)};return{agents:e,fetch:M(e)}}function L(e,t){let n=new A(`ci-actions`,[],{keepAlive:!0});return Object.assign(e,{addRequest:(e,r)=>{let i=r.host??`localhost`,a=new URL(`${t}//${i.includes(`:`)?`[${i}]`:i}:${r.port??``}`);n.getAgent(a.href).addRequest(e,r)}})}
var __webpack_exports__createProxyTransport = __webpack_exports__.o;
export { __webpack_exports__createProxyTransport as createProxyTransport };
