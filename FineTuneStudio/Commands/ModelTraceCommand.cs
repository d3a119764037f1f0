using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Verification;

namespace FineTuneStudio.Commands;

/// <summary><c>model trace</c>: a recorded training, repeated.</summary>
internal static class ModelTraceCommand
{
    private static readonly JsonSerializerOptions OneLine = new(RunSpecification.JsonOptions) { WriteIndented = false };

    public static Command Create()
    {
        var model = new Argument<string>("MODEL_OR_PATH") { Description = "The model it was recorded with: a name in the library, or a folder in Hugging Face layout" };
        var trace = new Option<string>("--trace")
        {
            Description = "Folder with trace.json, batches.safetensors (or ../trace/batches.safetensors), and initial/ and final/ adapters or final.safetensors",
            Required = true,
            HelpName = "DIR",
        };
        var device = DeviceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print a JSON object for each step, and one for the end" };
        var command = new Command("trace", "Repeat a recorded training step by step, in 32-bit arithmetic; exit code 1 where a figure differs") { model, trace, device, json };
        command.SetAction(result => CommandRunner.Run(() => Run(result.GetRequiredValue(model), result.GetRequiredValue(trace), result.GetValue(device), result.GetValue(json))));
        return command;
    }

    private static int Run(string modelOrPath, string traceFolder, string? device, bool json)
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        var report = TraceReplay.Run(
            ModelArgument.Resolve(modelOrPath), traceFolder, step => Console.WriteLine(json ? JsonSerializer.Serialize(step, OneLine) : Text(step)), DeviceOption.Resolve(device));
        Console.WriteLine(json
            ? JsonSerializer.Serialize(new { report.IsAdapter, report.FinalDifference, report.FinalTolerance, TraceReport.StepTolerance, report.Passed }, OneLine)
            : string.Create(CultureInfo.InvariantCulture, $"{(report.Passed ? "passed" : "FAILED")}: final {(report.IsAdapter ? "adapter" : "weights")} off by {report.FinalDifference:E2} of its norm (at most {report.FinalTolerance:E1}); steps may by {TraceReport.StepTolerance:E1}"));
        return report.Passed ? CommandRunner.Success : CommandRunner.Defect;
    }

    private static string Text(TraceStep step) => string.Create(
        CultureInfo.InvariantCulture,
        $"step {step.Step,3}  loss {step.Loss:F6} reference {step.ReferenceLoss:F6} ({step.LossDifference:E1})  norm {step.GradientNorm:F6} reference {step.ReferenceGradientNorm:F6} ({step.GradientNormDifference:E1})  rate {step.LearningRate:E3}");
}
