using System.CommandLine;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary><c>model import</c>: takes a folder into the library that runs, and every verb with <c>--model</c>, choose from.</summary>
internal static class ModelImportCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = "Folder in Hugging Face layout: config.json, *.safetensors, tokenizer.json" };
        var name = new Option<string?>("--name") { Description = "How it will be called; the folder's name by default" };
        var data = DataOption.Create();
        var command = new Command("import", "Take in a model folder: checked, copied, hashed") { path, name, data };
        command.SetAction(result => CommandRunner.Run(() => Import(result.GetRequiredValue(path), result.GetValue(name), result.GetRequiredValue(data))));
        return command;
    }

    private static int Import(string path, string? name, string data)
    {
        using var storage = StudioStorage.Open(data);
        switch (storage.Models.ImportAsync(path, name, CancellationToken.None).GetAwaiter().GetResult())
        {
            case Result<ModelSummary>.Success(var model):
                Console.WriteLine($"{model.Name}: {model.Architecture}, {model.Parameters:N0} weights, {model.Bytes:N0} bytes, SHA-256 {model.Sha256}");
                return CommandRunner.Success;
            case Result<ModelSummary>.Refused(var errors):
                throw new UserErrorException(errors);
            case var other:
                throw new InvalidOperationException($"Unknown result {other}.");
        }
    }
}
