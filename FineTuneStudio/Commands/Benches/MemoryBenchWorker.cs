using System.CommandLine;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Application;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench-memory NAME FOLDER</c>, hidden: one run in a process of its own, so that its peak memory is its own.</summary>
internal static class MemoryBenchWorker
{
    public const string Verb = "bench-memory";

    // Every row is longer than every context, so that each pass is as large as it can be.
    private const int DatasetRows = 200;
    private const int WordsOfRow = 3000;

    public static Command Create()
    {
        var name = new Argument<string>("NAME");
        var folder = new Argument<string>("FOLDER");
        var command = new Command(Verb, "Measure the memory of one run") { name, folder };
        command.Hidden = true;
        command.SetAction(result => CommandRunner.Run(() => Run(MemorySetUp.All.First(setUp => setUp.Name == result.GetValue(name)), result.GetRequiredValue(folder))));
        return command;
    }

    /// <summary>Writes the model with random weights, nano's vocabulary and the rows.</summary>
    public static void Prepare(MemorySetUp setUp, string folder)
    {
        var model = Directory.CreateDirectory(Path.Combine(folder, "model")).FullName;
        foreach (var file in Directory.EnumerateFiles(StudioPaths.EmbeddedModel, "token*.json"))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(model, "config.json"), setUp.Configuration);
        using var random = CausalModel.Create(ModelConfigFile.Parse(Encoding.UTF8.GetBytes(setUp.Configuration), setUp.Name), seed: 1, Precision.Bf16);
        using (var weights = File.Create(Path.Combine(model, "model.safetensors")))
        {
            SafetensorsWriter.Write(weights, random.Parameters);
        }

        var words = string.Join(' ', Enumerable.Range(0, WordsOfRow).Select(word => word % 7 == 0 ? "day" : "the"));
        File.WriteAllLines(Dataset(folder), Enumerable.Range(0, DatasetRows).Select(row => JsonSerializer.Serialize(new
        {
            messages = new[] { new { role = "user", content = $"Row {row}" }, new { role = "assistant", content = words } },
        })));
    }

    private static string Dataset(string folder) => Path.Combine(folder, "rows.jsonl");

    private static int Run(MemorySetUp setUp, string folder)
    {
        var specification = setUp.Specification(Path.Combine(folder, "model"), Dataset(folder));
        var ended = TrainingRun.Run(specification, Path.Combine(folder, "run"), new RunControl { Threads = Environment.ProcessorCount }, _ => { }, CancellationToken.None);
        if (ended.Reason != EndReason.Completed)
        {
            throw new InvalidOperationException($"{setUp.Name}: {ended.Message}");
        }

        // Before the estimate, which multiplies a little of its own.
        var peak = ProcessMemory.PeakBytes();
        var estimate = TrainingRun.Estimate(specification, measured: null, CancellationToken.None);
        Console.WriteLine(JsonSerializer.Serialize(new MemoryMeasurement(peak, estimate.Memory)));
        return CommandRunner.Success;
    }
}
