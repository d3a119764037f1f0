using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench-load FOLDER</c>, hidden: one model loaded from disk in a process of its own, so that its memory is its own.</summary>
internal static class LoadBenchWorker
{
    public const string Verb = "bench-load";

    private const int ReadBytes = 4 << 20;

    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER");
        var command = new Command(Verb, "Measure how long one model takes to be ready") { folder };
        command.Hidden = true;
        command.SetAction(result => CommandRunner.Run(() => Run(result.GetRequiredValue(folder))));
        return command;
    }

    private static int Run(string folder)
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        var path = Path.Combine(folder, "model.safetensors");
        using (var warm = Tensor.Zeros([1 << 20], DType.Float32))
        {
            StreamingRead.Over(warm);
        }

        Evict(path);
        var watch = Stopwatch.StartNew();
        Read(path);
        var read = watch.Elapsed.TotalSeconds;

        Evict(path);
        var before = ProcessMemory.ResidentBytes();
        ProcessMemory.BeginPeak();
        watch.Restart();
        using var scope = TensorScope.Enter();
        using var model = CausalModel.Load(folder, Precision.Bf16);
        foreach (var (_, weight) in model.Parameters)
        {
            StreamingRead.Over(weight);
        }

        var ready = watch.Elapsed.TotalSeconds;
        watch.Restart();
        new TokenGenerator(model, []).Generate([new TokenRequest([1], new SamplingOptions { Temperature = 0, MaxTokens = 1 })], onToken: null, CancellationToken.None);
        Console.WriteLine(JsonSerializer.Serialize(new LoadMeasurement(new FileInfo(path).Length, read, ready, watch.Elapsed.TotalSeconds, ProcessMemory.PeakBytes() - before)));
        return CommandRunner.Success;
    }

    private static void Read(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var buffer = new byte[ReadBytes];
        for (var position = 0L; RandomAccess.Read(file, buffer, position) is var count and > 0; position += count)
        {
        }
    }

    // So that it comes from disk again: dd asks the system to let go of the file's pages, and copies nothing.
    private static void Evict(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("dd", [$"if={path}", "iflag=nocache", "count=0", "status=none"]))!;
        process.WaitForExit();
    }
}
