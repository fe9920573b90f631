import type { ToolDefinition } from '../core/conversation.ts';

/** What the model is told of `str_replace_editor`: the words that V4 was trained with, but for what differs here. */
export const editorDefinition: ToolDefinition = {
  type: 'function',
  function: {
    name: 'str_replace_editor',
    description: `Custom editing tool for viewing, creating and editing files
* State is persistent across command calls and discussions with the user
* If \`path\` is a file, \`view\` displays the result of applying \`cat -n\`. If \`path\` is a directory, \`view\` lists non-hidden files and directories up to 2 levels deep
* The \`create\` command cannot be used if the specified \`path\` already exists as a file
* If a \`command\` generates a long output, it will be truncated
Notes for using the \`str_replace\` command:
* The \`old_str\` parameter should match EXACTLY one or more consecutive lines from the original file. Be mindful of whitespaces!
* If the \`old_str\` parameter is not unique in the file, the replacement will not be performed. Make sure to include enough context in \`old_str\` to make it unique
* The \`new_str\` parameter should contain the edited lines that should replace the \`old_str\``,
    parameters: {
      type: 'object',
      properties: {
        command: {
          type: 'string',
          enum: ['view', 'create', 'str_replace', 'insert'],
          description: 'The commands to run. Allowed options are: `view`, `create`, `str_replace`, `insert`.',
        },
        path: {
          type: 'string',
          description: 'Absolute path to file or directory, e.g. `/workspace/file.py` or `/workspace`.',
        },
        file_text: {
          type: 'string',
          description: 'Required parameter of `create` command, with the content of the file to be created.',
        },
        old_str: {
          type: 'string',
          description:
            'Required parameter of `str_replace` command containing the string in `path` to replace.',
        },
        new_str: {
          type: 'string',
          description:
            'Optional parameter of `str_replace` command containing the new string (if not given, no string will be added). Required parameter of `insert` command containing the string to insert.',
        },
        insert_line: {
          type: 'integer',
          description:
            'Required parameter of `insert` command. The `new_str` will be inserted AFTER the line `insert_line` of `path`.',
        },
        view_range: {
          type: 'array',
          items: { type: 'integer' },
          description:
            'Optional parameter of `view` command when `path` points to a file. E.g. [11, 12] shows lines 11 and 12; [start, -1] shows all lines from start to the end.',
        },
      },
      required: ['command', 'path'],
    },
  },
};
