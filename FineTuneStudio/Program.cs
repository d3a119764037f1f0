using System.CommandLine.Invocation;
using FineTuneStudio.Commands;

var command = StudioCommands.Create().Parse(StudioCommands.Meant(args));
if (command.Action is ParseErrorAction mistake)
{
    // One clear line, not the whole help; and a person's mistake has an exit code of its own.
    mistake.ShowHelp = false;
    command.Invoke();
    return CommandRunner.Refused;
}

return command.Invoke();
