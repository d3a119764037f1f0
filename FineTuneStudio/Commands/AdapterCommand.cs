using System.CommandLine;

namespace FineTuneStudio.Commands;

/// <summary><c>adapter</c>: what was learnt elsewhere, and what a run learnt for other software.</summary>
internal static class AdapterCommand
{
    public static Command Create() => new("adapter", "Adapters: take in, write for other software")
    {
        AdapterImportCommand.Create(),
        AdapterExportCommand.Create(),
    };
}
