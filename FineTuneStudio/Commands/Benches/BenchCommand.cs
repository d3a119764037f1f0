using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench</c>: measures the studio on this machine against its goals.</summary>
internal static class BenchCommand
{
    /// <summary>What can be measured, one line each.</summary>
    private static readonly Dictionary<string, Func<Device, BenchReport>> Areas = new(StringComparer.Ordinal)
    {
        ["dataset"] = _ => DatasetBench.Run(),
        ["train"] = TrainBench.Run,
        ["tokenize"] = _ => TokenizeBench.Run(),
        ["decode"] = DecodeBench.Run,
        ["moe"] = _ => MoeBench.Run(),
        ["start"] = _ => StartBench.Run(),
    };

    public static Command Create()
    {
        var area = new Argument<string?>("AREA") { Description = $"One of {string.Join(", ", Areas.Keys)}; all without it", Arity = ArgumentArity.ZeroOrOne };
        var device = DeviceOption.Create(DeviceName.Cpu);
        device.Description += "; for train and decode";
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, a line for each area" };
        var command = new Command("bench", "Measure the studio on this machine against its goals") { area, device, json };
        command.SetAction(result => CommandRunner.Run(() => Run(result.GetValue(area), DeviceOption.Resolve(result.GetValue(device)), result.GetValue(json))));
        return command;
    }

    private static int Run(string? area, Device device, bool json)
    {
        if (area is not null && !Areas.ContainsKey(area))
        {
            throw new UserErrorException("AREA", $"There is no bench '{area}'. Use one of {string.Join(", ", Areas.Keys)}.");
        }

        var options = new JsonSerializerOptions(RunSpecification.JsonOptions) { WriteIndented = false };
        foreach (var run in Areas.Where(entry => area is null || entry.Key == area).Select(entry => entry.Value))
        {
            var report = run(device);
            Console.WriteLine(json ? JsonSerializer.Serialize(report, options) : Describe(report));
        }

        return CommandRunner.Success;
    }

    private static string Describe(BenchReport report)
        => string.Join(Environment.NewLine, report.Figures.Select(figure => string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Area}: {figure.Name}: {figure.Value:N1} {figure.Unit}{(figure.Goal is { } goal ? $" (goal {goal:N1}, {(figure.Met == true ? "met" : "missed")})" : "")}")));
}
