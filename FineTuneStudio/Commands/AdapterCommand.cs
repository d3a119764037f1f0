using System.CommandLine;
using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Commands;

/// <summary><c>adapter</c>: what a run learnt, for other software.</summary>
internal static class AdapterCommand
{
    private const string Peft = "peft";
    private const string Merged = "merged";

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "An adapter in PEFT layout, or a run's folder that holds adapter/" };
        var format = new Option<string>("--format") { Description = "peft: the adapter alone (a zip where PATH ends in .zip); merged: the base model with the adapter in its weights", Required = true };
        format.AcceptOnlyFromAmong(Peft, Merged);
        var target = new Option<string>("--out") { Description = "Where to write: a new folder, or a .zip", Required = true, HelpName = "PATH" };
        var model = new Option<string?>("--model") { Description = "merged: the base model, by name or path; the default is the run's own", HelpName = "MODEL_OR_PATH" };
        var export = new Command("export", "Write an adapter for other software") { folder, format, target, model };
        export.SetAction(result => CommandRunner.Run(() =>
        {
            Export(AdapterFolder(result.GetRequiredValue(folder)), result.GetRequiredValue(format) == Merged, result.GetValue(model), result.GetRequiredValue(target));
            Console.WriteLine($"Wrote {result.GetRequiredValue(target)}");
            return CommandRunner.Success;
        }));
        return new Command("adapter", "What a run learnt, for other software") { export };
    }

    private static void Export(string adapter, bool merged, string? model, string target)
    {
        var bytes = AdapterArchive.BytesOf(adapter);
        try
        {
            if (merged)
            {
                var modelFolder = ModelArgument.Resolve(model ?? BaseModel(adapter));
                bytes = ModelFolder.Inspect(modelFolder).Bytes;
                WriteMerged(adapter, modelFolder, target);
            }
            else
            {
                WritePeft(adapter, target);
            }
        }
        catch (IOException exception) when (DiskFaults.IsDiskFull(exception))
        {
            throw new UserErrorException(
                "--out", $"{DiskFaults.Describe(merged ? "the merged model" : "the adapter", bytes, target)} Free some space there, or name another place; nothing half-written is left.");
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

    private static void WriteMerged(string adapterFolder, string modelFolder, string target)
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        using var interrupt = new ConsoleInterrupt();
        using var adapter = AdapterSet.Load(adapterFolder, ModelFolder.Linears(modelFolder));
        MergedModel.Write(modelFolder, adapter, target, interrupt.Token);
    }
}
