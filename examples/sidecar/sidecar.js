import { attach } from '/sidecar.mjs';
import { lines, onAnswer, start } from './chat.js';

const sidecar = attach({ server: location.origin, site: 'pk_sidecar', transcript: () => lines });
document.querySelector('#person').append(sidecar.button);
onAnswer((exchange, item) => item.append(sidecar.feedback(exchange)));
start();
