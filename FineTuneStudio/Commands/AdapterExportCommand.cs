using System.CommandLine;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Commands;

/// <summary><c>adapter export</c>: an adapter in the form that other software reads.</summary>
internal static class AdapterExportCommand
{
    private const string Peft = "peft";
    private const string Merged = "merged";
    private const string Gguf = "gguf";
    private const string GgufLora = "gguf-lora";

    private static readonly Dictionary<string, GgufWeightType> Types = new(StringComparer.Ordinal)
    {
        ["f16"] = GgufWeightType.F16,
        ["bf16"] = GgufWeightType.BF16,
        ["q8_0"] = GgufWeightType.Q8,
        ["q4_0"] = GgufWeightType.Q4,
        ["f32"] = GgufWeightType.F32,
    };

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "An adapter in PEFT layout, or a run's folder that holds adapter/" };
        var format = new Option<string>("--format")
        {
            Description = "peft: the adapter alone (a zip where PATH ends in .zip); merged: the base model with the adapter in its weights; gguf: the same as one file for llama.cpp; gguf-lora: the adapter alone for llama.cpp",
            Required = true,
        };
        format.AcceptOnlyFromAmong(Peft, Merged, Gguf, GgufLora);
        var type = new Option<string>("--type") { Description = "gguf, gguf-lora: how weights are stored", DefaultValueFactory = _ => "f16" };
        type.AcceptOnlyFromAmong([.. Types.Keys]);
        var target = new Option<string>("--out") { Description = "Where to write: a new folder, a .zip, or a .gguf", Required = true, HelpName = "PATH" };
        var model = new Option<string?>("--model") { Description = "The base model, by name or path; the default is the run's own", HelpName = "MODEL_OR_PATH" };
        var export = new Command("export", "Write an adapter for other software") { folder, format, type, target, model };
        export.SetAction(result => CommandRunner.Run(() =>
        {
            Export(AdapterFolder(result.GetRequiredValue(folder)), result.GetRequiredValue(format), Types[result.GetRequiredValue(type)], result.GetValue(model), result.GetRequiredValue(target));
            Console.WriteLine($"Wrote {result.GetRequiredValue(target)}");
            return CommandRunner.Success;
        }));
        return export;
    }

    private static void Export(string adapter, string format, GgufWeightType type, string? model, string target)
    {
        var bytes = AdapterArchive.BytesOf(adapter);
        try
        {
            if (format == Peft)
            {
                WritePeft(adapter, target);
                return;
            }

            var modelFolder = ModelArgument.Resolve(model ?? BaseModel(adapter));
            bytes = format == GgufLora ? bytes : ModelFolder.Inspect(modelFolder).Bytes;
            WriteBeside(adapter, modelFolder, format, type, target);
        }
        catch (IOException exception) when (DiskFaults.IsDiskFull(exception))
        {
            throw new UserErrorException(
                "--out", $"{DiskFaults.Describe(format is Peft or GgufLora ? "the adapter" : "the merged model", bytes, target)} Free some space there, or name another place; nothing half-written is left.");
        }
    }

    private static string AdapterFolder(string folder)
    {
        var inside = Path.Combine(folder, "adapter");
        return !File.Exists(Path.Combine(folder, AdapterFiles.Configuration)) && Directory.Exists(inside) ? inside : folder;
    }

    // The run's specification knows where its base model lies; the adapter itself names no place.
    private static string BaseModel(string adapterFolder)
    {
        string[] candidates = [Path.Combine(adapterFolder, "..", "spec.json"), Path.Combine(adapterFolder, "spec.json")];
        if (candidates.FirstOrDefault(File.Exists) is { } specification)
        {
            return RunSpecification.Parse(File.ReadAllText(specification), specification).Model;
        }

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

    private static void WritePeft(string adapterFolder, string target)
    {
        if (!target.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            AdapterArchive.Copy(adapterFolder, target);
            return;
        }

        using var file = DurableFile.Create(target);
        AdapterArchive.Write(file.Stream, adapterFolder);
        file.Commit();
    }

    private static void WriteBeside(string adapterFolder, string modelFolder, string format, GgufWeightType type, string target)
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        using var interrupt = new ConsoleInterrupt();
        using var adapter = AdapterSet.Load(adapterFolder, ModelFolder.Linears(modelFolder));
        switch (format)
        {
            case Merged:
                MergedModel.Write(modelFolder, adapter, target, interrupt.Token);
                break;
            case Gguf:
                foreach (var note in GgufModel.Write(modelFolder, adapter, type, target, progress: null, interrupt.Token))
                {
                    Console.Error.WriteLine($"Note: {note}");
                }

                break;
            default:
                GgufAdapter.Write(modelFolder, adapter, type, target, interrupt.Token);
                break;
        }
    }
}
