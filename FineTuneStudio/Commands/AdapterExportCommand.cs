using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Exports;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Commands;

/// <summary><c>adapter export</c>: an adapter in the form that other software reads, loaded anew and certified.</summary>
internal static class AdapterExportCommand
{
    private static readonly Dictionary<string, ExportFormat> Formats = new(StringComparer.Ordinal)
    {
        ["peft"] = ExportFormat.Peft,
        ["merged"] = ExportFormat.Merged,
        ["gguf"] = ExportFormat.Gguf,
        ["gguf-lora"] = ExportFormat.GgufLora,
    };

    private static readonly Dictionary<string, GgufWeightType> Types = new(StringComparer.Ordinal)
    {
        ["f16"] = GgufWeightType.F16,
        ["bf16"] = GgufWeightType.BF16,
        ["q8_0"] = GgufWeightType.Q8,
        ["q4_0"] = GgufWeightType.Q4,
        ["q4_k"] = GgufWeightType.Q4K,
        ["f32"] = GgufWeightType.F32,
    };

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "An adapter in PEFT layout, or a run's folder that holds adapter/" };
        var format = new Option<string>("--format")
        {
            Description = "peft: the adapter alone; merged: the base model with the adapter in its weights; gguf: the same as one file for llama.cpp; gguf-lora: the adapter alone for llama.cpp",
            Required = true,
        };
        format.AcceptOnlyFromAmong([.. Formats.Keys]);
        var type = new Option<string>("--type") { Description = "gguf, gguf-lora: how weights are stored", DefaultValueFactory = _ => "f16" };
        type.AcceptOnlyFromAmong([.. Types.Keys]);
        var target = new Option<string>("--out") { Description = "Where to write: a new folder, a .zip of it, or a .gguf with its certificate beside it", Required = true, HelpName = "PATH" };
        var model = new Option<string?>("--model") { Description = "The base model, by name or path; the default is the run's own", HelpName = "MODEL_OR_PATH" };
        var export = new Command("export", "Write an adapter for other software; exit code 1 where, loaded anew, it computes something else") { folder, format, type, target, model };
        export.SetAction(result => CommandRunner.Run(() => Export(
            AdapterFolder(result.GetRequiredValue(folder)), Formats[result.GetRequiredValue(format)], Types[result.GetRequiredValue(type)],
            result.GetValue(model), result.GetRequiredValue(target))));
        return export;
    }

    private static int Export(string adapter, ExportFormat format, GgufWeightType type, string? model, string target)
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        using var interrupt = new ConsoleInterrupt();
        var run = RunOf(adapter);
        var request = new ExportRequest
        {
            AdapterFolder = adapter,
            ModelFolder = ModelArgument.Resolve(model ?? run?.Model ?? BaseModel(adapter)),
            Format = format,
            WeightType = type,
            Target = target,
            TrainedQuantization = run?.Quantization ?? Quantization.None,
        };
        var size = SizeOf(request);
        if (size is not null)
        {
            Console.WriteLine($"Writes about {ByteSize.Text(size.Bytes)} to {target}{(size.Note is { } note ? $", {note}" : ".")}");
        }

        try
        {
            var certificate = AdapterExporter.Export(request, progress: null, interrupt.Token);
            Console.WriteLine($"Wrote {target}");
            Console.WriteLine(Describe(certificate));
            foreach (var note in certificate.Notes)
            {
                Console.WriteLine($"Note: {note}");
            }

            return certificate.Passed ? CommandRunner.Success : CommandRunner.Defect;
        }
        catch (IOException exception) when (DiskFaults.IsDiskFull(exception))
        {
            var isSmall = format is ExportFormat.Peft or ExportFormat.GgufLora;
            throw new UserErrorException(
                "--out", $"{DiskFaults.Describe(isSmall ? "the adapter" : "the merged model", size?.Bytes, target)} Free some space there, or name another place; nothing half-written is left.");
        }
    }

    private static string Describe(ExportCertificate certificate) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(certificate.Passed ? "Certified" : "NOT certified")}: loaded anew, the largest difference of a logit is {certificate.LargestLogitDifference:G3}, the same likeliest token at {100 * certificate.GreedyAgreement:0.#} % of {certificate.Positions} places");

    private static string AdapterFolder(string folder)
    {
        var inside = Path.Combine(folder, "adapter");
        return !File.Exists(Path.Combine(folder, AdapterFiles.Configuration)) && Directory.Exists(inside) ? inside : folder;
    }

    private static ExportSize? SizeOf(ExportRequest request)
    {
        using var sizes = new ExportSizes(request.AdapterFolder, request.ModelFolder);
        return sizes.Find(request.Format, request.WeightType);
    }

    // The run's specification knows where its base model lies, and what became of its weights; the adapter itself names no place.
    private static RunSpecification? RunOf(string adapterFolder)
    {
        string[] candidates = [Path.Combine(adapterFolder, "..", "spec.json"), Path.Combine(adapterFolder, "spec.json")];
        return candidates.FirstOrDefault(File.Exists) is { } specification ? RunSpecification.Parse(File.ReadAllText(specification), specification) : null;
    }

    private static string BaseModel(string adapterFolder)
    {
        var path = Path.Combine(adapterFolder, AdapterFiles.Configuration);
        if (File.Exists(path))
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(path));
            if (config.RootElement.TryGetProperty("base_model_name_or_path", out var name) && name.GetString() is { Length: > 0 } text)
            {
                return text;
            }
        }

        throw new UserErrorException("--model", "The adapter does not say where its base model lies; name it with --model MODEL_OR_PATH.");
    }
}
