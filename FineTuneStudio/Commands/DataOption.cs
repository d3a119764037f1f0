using System.CommandLine;
using FineTuneStudio.Application;

namespace FineTuneStudio.Commands;

/// <summary><c>--data</c>, the same for every verb that has it.</summary>
internal static class DataOption
{
    public static Option<string> Create() => new("--data")
    {
        Description = "Where datasets, models, runs and adapters are kept",
        DefaultValueFactory = _ => StudioOptions.DefaultDataDirectory,
    };
}
