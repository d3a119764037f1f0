using System.CommandLine;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Commands;

/// <summary><c>train</c>: a run without a browser.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var specification = new Argument<string>("SPEC.json") { Description = "What to train, on what, and how; docs/specification.md lists every field" };
        var output = new Option<string?>("--out") { Description = "The run's folder: metrics, checkpoints, adapter", HelpName = "DIR" };
        var resume = new Option<bool>("--resume") { Description = "Go on from the newest whole checkpoint of the folder" };
        var suggest = new Option<bool>("--suggest") { Description = "Train nothing: print the specification with options that fit the data where it leaves them out, and their reasons on stderr" };
        var initial = new Option<string?>("--initial-adapter")
        {
            Description = "Begin with an adapter: a folder in PEFT layout, or a name or id in the library; rank, alpha, scale, magnitudes and targets are then its own", HelpName = "ADAPTER",
        };
        var device = DeviceOption.Create(fallback: null);
        device.Description += "; without it, what the specification says";
        var command = new Command("train", "Train as a specification says; Ctrl-C stops and keeps what was learnt") { specification, output, resume, initial, device, suggest };
        command.SetAction(result => CommandRunner.Run(() => result.GetValue(suggest)
            ? Suggest(result.GetRequiredValue(specification))
            : Run(
                result.GetRequiredValue(specification),
                result.GetValue(output) ?? throw new UserErrorException("--out", "Name the run's folder: --out DIR."),
                result.GetValue(resume),
                result.GetValue(initial),
                result.GetValue(device))));
        return command;
    }

    private static int Suggest(string path)
    {
        var (text, specification) = SpecificationArgument.ReadWithText(path);
        using var interrupt = new ConsoleInterrupt();
        var suggestion = TrainingRun.Suggest(SpecificationArgument.Locate(specification, path), measured: null, interrupt.Token);
        foreach (var option in suggestion.Options)
        {
            Console.Error.WriteLine($"{option.Path} {option.Value}: {option.Reason}");
        }

        Console.WriteLine(SuggestedSpecification.Fill(text, specification, suggestion));
        return CommandRunner.Success;
    }

    private static int Run(string path, string folder, bool resume, string? initial, string? device)
    {
        var specification = SpecificationArgument.Read(path);
        specification = initial is null ? specification : BeginWith(specification, AdapterArgument.Resolve(initial));
        specification = device is null ? specification : specification with { Device = device };
        RefuseFolder(folder, resume);
        var ended = TrainingConsole.Run(specification, folder);
        if (ended.Reason is EndReason.Completed or EndReason.StoppedAndKept)
        {
            var result = specification.Lora is null ? RunFolder.Model : RunFolder.Adapter;
            Console.WriteLine($"What was learnt is in {Path.Combine(folder, result)}.");
        }

        return TrainingConsole.ExitCode(ended);
    }

    private static RunSpecification BeginWith(RunSpecification specification, string folder)
    {
        var lora = specification.Lora ?? throw new UserErrorException("--initial-adapter", "The specification trains every weight (lora is null); give lora, or leave the adapter out.");
        var there = AdapterFolder.Inspect(folder, specification.Model).Options;
        return specification with { InitialAdapter = folder, Lora = lora.ShapedAs(there) };
    }

    // A run is never mixed with another by accident, and never begun anew over what was learnt.
    private static void RefuseFolder(string folder, bool resume)
    {
        var isRun = File.Exists(Path.Combine(folder, RunFolder.Specification));
        if (isRun && !resume)
        {
            throw new UserErrorException(folder, "The folder holds a run already. Go on with it by --resume, or choose another folder.");
        }

        if (!isRun && resume)
        {
            throw new UserErrorException(folder, "There is no run to resume here; leave --resume out to begin one.");
        }

        if (!isRun && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new UserErrorException(folder, "The folder holds something else; choose one that is empty or new.");
        }
    }
}
