using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Evaluation;

namespace FineTuneStudio.Commands;

/// <summary><c>evaluate</c>: loss, perplexity and exact match of a model on a dataset.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A model's name or folder", Required = true };
        var adapter = new Option<string?>("--adapter") { Description = "A folder in PEFT layout, or an adapter's name or id in the library", HelpName = "ADAPTER" };
        var dataset = new Option<string>("--dataset") { Description = "JSONL, a JSON array or CSV", Required = true };
        var user = new Option<string?>("--user") { Description = "CSV: column of what the user says" };
        var assistant = new Option<string?>("--assistant") { Description = "CSV: column of the right answer" };
        var rows = new Option<int?>("--rows") { Description = "Score the first so many rows" };
        var precision = new Option<Precision>("--precision") { Description = "Number format of weights and activations", DefaultValueFactory = _ => OptionCatalog.Precision.Default };
        var quantization = QuantizationOption.Create();
        var device = DeviceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print one JSON object" };
        var command = new Command("evaluate", "Score a model on a dataset: loss and perplexity on learnt tokens, exact match of greedy answers")
        {
            model, adapter, dataset, user, assistant, rows, precision, quantization, device, json,
        };
        command.SetAction(result => CommandRunner.Run(() =>
        {
            var columns = (result.GetValue(user), result.GetValue(assistant)) switch
            {
                (null, null) => null,
                ({ } from, { } to) => new ColumnMapping { User = from, Assistant = to },
                _ => throw new UserErrorException("--user, --assistant", "Name both columns, or neither to let the studio find them."),
            };
            return Run(
                ModelArgument.Resolve(result.GetRequiredValue(model)), result.GetValue(adapter), result.GetRequiredValue(dataset), columns,
                result.GetValue(rows), result.GetValue(precision), result.GetValue(quantization), result.GetValue(device), result.GetValue(json));
        }));
        return command;
    }

    private static int Run(string folder, string? adapterFolder, string dataset, ColumnMapping? columns, int? rows, Precision precision, Quantization quantization, string? device, bool json)
    {
        if (rows is < 1)
        {
            throw new UserErrorException("--rows", $"Score 1 row or more, not {rows}.");
        }

        using var interrupt = new ConsoleInterrupt();
        TorchRuntime.Threads = Environment.ProcessorCount;
        using var loaded = CausalModel.Load(folder, precision, DeviceOption.Resolve(device), quantization: quantization);
        using var adapter = adapterFolder is null ? null : AdapterSet.Load(AdapterArgument.Resolve(adapterFolder), loaded.Linears, loaded.Device);
        using var model = loaded.WithAdapter(adapter);
        var result = ModelEvaluation.Run(model, Renderer.Load(folder), dataset, columns, rows, progress: null, interrupt.Token);
        Console.WriteLine(json
            ? JsonSerializer.Serialize(result, JsonSerializerOptions.Web)
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Rows} rows, {result.LearntTokens} learnt tokens: loss {result.Loss:F4}, perplexity {result.Perplexity:F2}, exact match {result.ExactMatches} of {result.Answered} ({result.ExactMatch:P1})"));
        return CommandRunner.Success;
    }
}
