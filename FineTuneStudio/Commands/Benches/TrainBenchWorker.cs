using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench-train SHAPE</c>, hidden: one shape measured in a process of its own, so that its peak memory is its own.</summary>
internal static class TrainBenchWorker
{
    public const string Verb = "bench-train";

    private static readonly LoraOptions Lora = new() { Rank = 16, Alpha = 32, Dropout = 0 };

    public static Command Create()
    {
        var shape = new Argument<string>("SHAPE") { Description = $"One of {string.Join(", ", TrainShape.All.Select(shape => shape.Name))}" };
        var rounds = new Option<int>("--rounds") { Description = "Steps to measure", DefaultValueFactory = _ => 5 };
        var profile = new Option<bool>("--profile") { Description = "Print where one step's time goes, operator by operator, to stderr" };
        var threads = new Option<int>("--threads") { Description = "Cores to use", DefaultValueFactory = _ => Environment.ProcessorCount };
        var plain = new Option<bool>("--plain") { Description = "Without the fused kernels" };
        var optimizer = new Option<OptimizerKind>("--optimizer") { Description = "Which optimizer steps", DefaultValueFactory = _ => OptimizerKind.AdamW };
        var device = DeviceOption.Create(DeviceName.Cpu);
        var command = new Command(Verb, "Measure training of one shape") { shape, rounds, threads, profile, plain, optimizer, device };
        command.Hidden = true;
        command.SetAction(result => CommandRunner.Run(() =>
        {
            var name = result.GetValue(shape);
            var chosen = TrainShape.All.FirstOrDefault(candidate => candidate.Name == name)
                ?? throw new UserErrorException("SHAPE", $"There is no shape '{name}'. Use one of {string.Join(", ", TrainShape.All.Select(candidate => candidate.Name))}.");
            return Run(
                chosen, result.GetValue(rounds), result.GetValue(threads), result.GetValue(profile), result.GetValue(plain), result.GetValue(optimizer),
                DeviceOption.Resolve(result.GetValue(device)));
        }));
        return command;
    }

    private static int Run(TrainShape shape, int rounds, int threads, bool profile, bool plain, OptimizerKind optimizer, Device device)
    {
        using var twins = plain ? Engine.Tensors.Kernels.KernelChoice.Plain() : default;
        TorchRuntime.Threads = threads;
        using var step = new TrialTraining(
            ModelConfigFile.Parse(Encoding.UTF8.GetBytes(shape.Configuration), "bench"), Lora, Options(optimizer), shape.Sequences, shape.Length, device);
        step.Run();
        step.Run();
        if (profile)
        {
            using var measuring = Measurement.Profile();
            step.Run();
        }

        // Before the rates: their matrices are no part of training.
        var peak = Devices.MemoryOf(device)?.Peak ?? ProcessMemory.PeakBytes();
        Console.WriteLine(JsonSerializer.Serialize(Measure(step, rounds, peak, device)));
        return CommandRunner.Success;
    }

    private static OptimizerOptions Options(OptimizerKind kind) => new() { Kind = kind, WeightDecay = 0.01, ClipNorm = 1 };

    // Other programs may take the processor for a while, so each step stands beside rates of its own moment, and medians are taken.
    private static TrainMeasurement Measure(TrialTraining step, int rounds, long peak, Device device)
    {
        var steps = new List<(double Seconds, double Forward, double Backward, double Update, double Library, double Limit)>();
        using var library = new LibraryRate(step.Shapes, step.Tokens, device);
        library.Measure();
        for (var round = 0; round < rounds; round++)
        {
            var (before, limit) = (library.Measure(), device.IsCpu ? Measurement.MachineLimit(0.2) : double.PositiveInfinity);
            var watch = Stopwatch.StartNew();
            var parts = step.Run();
            var seconds = watch.Elapsed.TotalSeconds;
            steps.Add((seconds, parts.Forward, parts.Backward, parts.Update, (before + library.Measure()) / 2, limit));
        }

        double Median(Func<(double Seconds, double Forward, double Backward, double Update, double Library, double Limit), double> of)
            => steps.Select(of).Order().ElementAt(steps.Count / 2);

        var operations = 4.0 * step.ProductParameters * step.Tokens;
        return new TrainMeasurement(
            step.Tokens / Median(one => one.Seconds),
            Median(one => operations / one.Seconds / one.Library),
            Median(one => operations / one.Seconds / one.Limit),
            Median(one => one.Library),
            device.IsCpu ? Median(one => one.Limit) : 0,
            device.IsCpu ? Measurement.LimitInstructions : "",
            Median(one => one.Forward),
            Median(one => one.Backward),
            Median(one => one.Update),
            peak);
    }
}
