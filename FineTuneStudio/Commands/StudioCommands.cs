using System.CommandLine;
using FineTuneStudio.Commands.Benches;

namespace FineTuneStudio.Commands;

/// <summary>The command line's table of contents: one verb a line.</summary>
internal static class StudioCommands
{
    /// <summary>The line as it is meant: <c>help</c> and <c>help VERB</c> ask for help as <c>--help</c> and <c>VERB --help</c> do.</summary>
    public static string[] Meant(string[] arguments) => arguments is ["help", .. var verbs] ? [.. verbs, "--help"] : arguments;

    public static RootCommand Create() => new("Fine-tune language models on your own machine: from a dataset to a LoRA adapter.")
    {
        UpCommand.Create(),
        DatasetCommand.Create(),
        TokenizeCommand.Create(),
        ModelCommand.Create(),
        AdapterCommand.Create(),
        TemplateCommand.Create(),
        BenchCommand.Create(),
        TrainCommand.Create(),
        ForecastCommand.Create(),
        EvaluateCommand.Create(),
        GenerateCommand.Create(),
        GradeCommand.Create(),
        PretrainCommand.Create(),
        TrainBenchWorker.Create(),
        MemoryBenchWorker.Create(),
        LoadBenchWorker.Create(),
    };
}
