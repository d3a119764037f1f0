using FineTuneStudio.Commands;

return StudioCommands.Create().Parse(args).Invoke();
