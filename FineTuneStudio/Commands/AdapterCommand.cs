using System.CommandLine;

namespace FineTuneStudio.Commands;

/// <summary><c>adapter</c>: what a run learnt, for other software.</summary>
internal static class AdapterCommand
{
    public static Command Create() => new("adapter", "What a run learnt, for other software")
    {
        AdapterExportCommand.Create(),
    };
}
