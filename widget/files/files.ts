/** Files that messages carry: one chunk, loaded once there are some, or a person to send them to. */
export { AddFile } from './AddFile.tsx';
export { Attached } from './Attached.tsx';
