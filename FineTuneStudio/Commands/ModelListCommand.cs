using System.CommandLine;
using System.Text.Json;
using FineTuneStudio.Application;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary><c>model list</c>: what is in the library.</summary>
internal static class ModelListCommand
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the list as JSON" };
        var command = new Command("list", "The models of the library") { data, json };
        command.SetAction(result => CommandRunner.Run(() => List(result.GetRequiredValue(data), result.GetValue(json))));
        return command;
    }

    private static int List(string data, bool json)
    {
        using var storage = StudioStorage.Open(data);
        var models = storage.Models.ListAsync(CancellationToken.None).GetAwaiter().GetResult();
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(models, RunSpecification.JsonOptions));
            return CommandRunner.Success;
        }

        foreach (var model in models)
        {
            Console.WriteLine($"{model.Name,-24} {model.Architecture,-10} {model.Parameters,15:N0} weights {model.Bytes,15:N0} bytes  {model.Folder}");
        }

        if (models.Count == 0)
        {
            Console.WriteLine("The library is empty. Take in a model: ./studio model import PATH");
        }

        return CommandRunner.Success;
    }
}
