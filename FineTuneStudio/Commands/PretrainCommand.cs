using System.CommandLine;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Pretraining;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Commands;

/// <summary><c>pretrain</c>: makes the base model that comes with the studio, from nothing.</summary>
internal static class PretrainCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The recipe: nano" };
        name.AcceptOnlyFromAmong("nano");
        var output = new Option<string>("--out") { Description = "Folder for text, run and model; a run that was stopped goes on", DefaultValueFactory = _ => "pretrain-nano" };
        var documents = new Option<int>("--documents") { Description = "Conversations to learn from", DefaultValueFactory = _ => NanoRecipe.DefaultDocuments };
        var device = DeviceOption.Create();
        var command = new Command("pretrain", "Train the studio's own base model from scratch, on text that it writes itself") { name, output, documents, device };
        command.SetAction(result => CommandRunner.Run(() => Run(result.GetRequiredValue(output), result.GetRequiredValue(documents), result.GetValue(device) ?? DeviceName.Auto)));
        return command;
    }

    private static int Run(string folder, int documents, string device)
    {
        if (documents is not (>= 100 and <= 10_000_000))
        {
            throw new UserErrorException("--documents", $"Use from 100 to 10000000 conversations, not {documents}.");
        }

        var specification = NanoRecipe.Prepare(Path.GetFullPath(folder), documents) with { Device = device };
        var runFolder = Path.Combine(folder, "run");
        var ended = TrainingConsole.Run(specification, runFolder);
        if (ended.Reason is EndReason.Completed or EndReason.StoppedAndKept)
        {
            Console.WriteLine($"The model is in {NanoRecipe.Finish(folder, Path.Combine(runFolder, RunFolder.Model), documents)}.");
        }

        return TrainingConsole.ExitCode(ended);
    }
}
