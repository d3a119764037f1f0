using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Verification;

namespace FineTuneStudio.Commands;

/// <summary><c>model verify</c>: a model's numbers against a reference implementation's.</summary>
internal static class ModelVerifyCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL_OR_PATH") { Description = "A model of the library, or a folder in Hugging Face layout" };
        var reference = new Option<string>("--reference")
        {
            Description = "Safetensors with input_ids, attention_mask and logits; labels, hidden.N, token_logprobs, loss and greedy.N.prompt/tokens are compared where they are there",
            Required = true,
            HelpName = "FILE",
        };
        var adapter = new Option<string?>("--adapter") { Description = "An adapter in PEFT layout beside the model", HelpName = "DIR" };
        var tolerance = new Option<double>("--tolerance")
        {
            Description = "Largest absolute difference of a logit; the loss may differ by a twentieth of it",
            DefaultValueFactory = _ => ReferenceVerifier.DefaultTolerance,
            HelpName = "T",
        };
        var unpacked = new Option<bool>("--unpacked") { Description = "Make numbers of weights that the folder has in few bits first; without it they are used as training and answers use them" };
        var device = DeviceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the report as JSON" };
        var command = new Command("verify", "Hold a model against reference numbers, in 32-bit arithmetic; exit code 1 beyond the tolerance") { model, reference, adapter, tolerance, unpacked, device, json };
        command.SetAction(result => CommandRunner.Run(() => Run(
            result.GetRequiredValue(model), result.GetRequiredValue(reference), result.GetValue(adapter), result.GetValue(tolerance), result.GetValue(unpacked), result.GetValue(device), result.GetValue(json))));
        return command;
    }

    private static int Run(string modelOrPath, string reference, string? adapterFolder, double tolerance, bool unpacked, string? device, bool json)
    {
        if (tolerance is not (>= 0 and < double.PositiveInfinity))
        {
            throw new UserErrorException("--tolerance", $"Use a tolerance of 0 or more, not {tolerance}.");
        }

        TorchRuntime.Threads = Environment.ProcessorCount;
        using var model = CausalModel.Load(ModelArgument.Resolve(modelOrPath), Precision.Fp32, DeviceOption.Resolve(device), quantization: unpacked ? null : Quantization.None);
        using var adapter = adapterFolder is null ? null : AdapterSet.Load(adapterFolder, model.Linears, model.Device);
        using var view = model.WithAdapter(adapter);
        var report = ReferenceVerifier.Verify(view, reference, tolerance);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, RunSpecification.JsonOptions));
        }
        else
        {
            Write(Console.Out, report, model.PackedCount);
        }

        return report.Passed ? CommandRunner.Success : CommandRunner.Defect;
    }

    private static void Write(TextWriter output, VerificationReport report, long packed)
    {
        void Line(string name, FormattableString figures) => output.WriteLine($"{name,-20}{figures.ToString(CultureInfo.InvariantCulture)}");

        Line("tokens", $"{report.Tokens}");
        if (packed > 0)
        {
            Line("weights", $"{packed:N0} of them in the few bits that the folder has them in");
        }

        Line("logits", $"{report.LogitsAbsolute:E2} absolute, {report.LogitsRelative:E2} of the largest");
        if (report.HiddenAbsolute is { } hidden)
        {
            Line("hidden states", $"{hidden:E2} absolute");
        }

        if (report.LogProbabilitiesAbsolute is { } probabilities)
        {
            Line("log-probabilities", $"{probabilities:E2} absolute");
        }

        if (report.Loss is { } loss)
        {
            Line("loss", report.ReferenceLoss is { } expected ? $"{loss:F7}, reference {expected:F7}, difference {Math.Abs(loss - expected):E2}" : (FormattableString)$"{loss:F7}, no reference");
        }

        if (report.RoutersAbsolute is { } routers)
        {
            Line("routers", $"{report.RoutesDiffering} experts differ, weights and logits {routers:E2} absolute");
        }

        if (report is { Balance: { } balance, ReferenceBalance: { } even })
        {
            Line("balance of experts", $"{balance:F7}, reference {even:F7}, difference {Math.Abs(balance - even):E2}");
        }

        foreach (var match in report.Greedy)
        {
            Line($"greedy {match.Index}", match.IsWhole ? $"all {match.Expected} tokens agree" : (FormattableString)$"{match.Matched} of {match.Expected} tokens agree");
        }

        Line(report.Passed ? "passed" : "FAILED", $"tolerance {report.Tolerance:E1}, of the loss {report.LossTolerance:E1}");
    }
}
