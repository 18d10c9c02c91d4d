/** The words about files: loaded with what sends and shows them. */
export const filesText = {
  addFile: 'Add a photo or PDF',
  sendingFile: (name: string) => `Sending ${name}`,
  stopFile: (name: string) => `Stop sending ${name}`,
  removeFile: (name: string) => `Remove ${name}`,
  saveFile: 'Save',
  fileKinds: 'Only PNG, JPG, WebP and PDF files can be sent.',
  fileTooLarge: 'This file is too large.',
  filesTooMany: 'That is as many files as can be sent here within a day.',
  filesNoRoom: 'No more files can be taken right now. Tell the person what it shows.',
  filesNeedPerson: 'Files can be sent while you wait for a person or talk to one.',
  fileLost: "It didn't get through.",
  fileNotLoaded: "It couldn't be loaded. Try again.",
};
