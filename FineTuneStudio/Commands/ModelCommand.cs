using System.CommandLine;

namespace FineTuneStudio.Commands;

/// <summary><c>model</c>: base models.</summary>
internal static class ModelCommand
{
    public static Command Create() => new("model", "Base models: take in, list, hold against reference numbers")
    {
        ModelImportCommand.Create(),
        ModelListCommand.Create(),
        ModelVerifyCommand.Create(),
        ModelTraceCommand.Create(),
    };
}
