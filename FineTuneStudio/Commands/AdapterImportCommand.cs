using System.CommandLine;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary><c>adapter import</c>: takes an adapter that was made elsewhere into the library.</summary>
internal static class AdapterImportCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = "Folder in PEFT layout (adapter_config.json, adapter_model.safetensors), or a zip of it" };
        var model = new Option<string?>("--model") { Description = "The base model's name in the library; by default the one that the adapter names, or the only one that it fits", HelpName = "MODEL" };
        var name = new Option<string?>("--name") { Description = "How it will be called; the folder's or the zip's name by default" };
        var data = DataOption.Create();
        var command = new Command("import", "Take in an adapter that was made elsewhere: checked against its base model, copied, hashed") { path, model, name, data };
        command.SetAction(result => CommandRunner.Run(() => Import(
            result.GetRequiredValue(path), result.GetValue(model), result.GetValue(name), result.GetRequiredValue(data))));
        return command;
    }

    private static int Import(string path, string? model, string? name, string data)
    {
        using var interrupt = new ConsoleInterrupt();
        using var storage = StudioStorage.Open(data);
        switch (storage.AdapterImporter.ImportAsync(path, model, name, interrupt.Token).GetAwaiter().GetResult())
        {
            case Result<AdapterSummary>.Success(var adapter):
                Console.WriteLine($"{adapter.Name}: on {adapter.Model}, {adapter.Bytes:N0} bytes, SHA-256 {adapter.Sha256}");
                Console.WriteLine($"A run begins with it by \"initialAdapter\": \"{adapter.Id}\".");
                return CommandRunner.Success;
            case Result<AdapterSummary>.Refused(var errors):
                throw new UserErrorException(errors);
            case var other:
                throw new InvalidOperationException($"Unknown result {other}.");
        }
    }
}
