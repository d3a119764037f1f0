using System.CommandLine;
using System.Diagnostics;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Models.Hub;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;

namespace FineTuneStudio.Commands;

/// <summary><c>model import</c>: takes a folder, or a repository of a hub, into the library that runs, and every verb with <c>--model</c>, choose from.</summary>
internal static class ModelImportCommand
{
    private static readonly TimeSpan ReportingPace = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = "Folder in Hugging Face layout (config.json, *.safetensors, tokenizer.json), or hub:OWNER/NAME[@REVISION]" };
        var name = new Option<string?>("--name") { Description = "How it will be called; the folder's or repository's name by default" };
        var endpoint = new Option<string?>("--endpoint") { Description = "hub: its address; by default the settings', the variable HF_ENDPOINT's, or https://huggingface.co", HelpName = "URL" };
        var token = new Option<string?>("--token") { Description = "hub: access token for private and gated models; better in the variable HF_TOKEN, which no list of processes shows", HelpName = "TOKEN" };
        var data = DataOption.Create();
        var command = new Command("import", "Take in a model: checked, copied or fetched, hashed") { path, name, endpoint, token, data };
        command.SetAction(result => CommandRunner.Run(() => Import(
            result.GetRequiredValue(path), result.GetValue(name), result.GetValue(endpoint), result.GetValue(token), result.GetRequiredValue(data))));
        return command;
    }

    private static int Import(string path, string? name, string? endpoint, string? token, string data)
    {
        using var interrupt = new ConsoleInterrupt();
        using var storage = StudioStorage.Open(data);
        var isHub = path.StartsWith(HubAddress.Prefix, StringComparison.Ordinal);
        var import = isHub
            ? storage.Hub.ImportAsync(HubAddress.Parse(path), HubConnection.Of(endpoint, token, storage.Options), name, Reporter(), interrupt.Token)
            : storage.Models.ImportAsync(path, name, interrupt.Token);
        switch (import.GetAwaiter().GetResult())
        {
            case Result<ModelSummary>.Success(var model):
                Console.WriteLine($"{model.Name}: {model.Architecture}, {model.Parameters:N0} weights, {model.Bytes:N0} bytes, SHA-256 {model.Sha256}");
                foreach (var note in ModelFolder.Inspect(model.Folder).Notes)
                {
                    Console.WriteLine($"note: {note}");
                }

                return CommandRunner.Success;
            case Result<ModelSummary>.Refused(var errors):
                throw new UserErrorException(errors);
            case var other:
                throw new InvalidOperationException($"Unknown result {other}.");
        }
    }

    // A line for each file, and one every few seconds of a large one.
    private static Action<HubProgress> Reporter()
    {
        var watch = Stopwatch.StartNew();
        var file = "";
        return progress =>
        {
            if (progress.File == file && watch.Elapsed < ReportingPace)
            {
                return;
            }

            file = progress.File;
            watch.Restart();
            var left = progress.Remaining is { } remaining ? $", about {Math.Ceiling(remaining.TotalSeconds):N0} s left" : "";
            Console.Error.WriteLine($"{progress.File}: {ByteSize.Text(progress.Bytes)} of {ByteSize.Text(progress.TotalBytes)}{left}");
        };
    }
}
