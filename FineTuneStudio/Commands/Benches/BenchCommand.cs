using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Commands.Benches.Ui;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench</c>: measures the studio on this machine against its goals.</summary>
internal static class BenchCommand
{
    /// <summary>What can be measured, one line each.</summary>
    private static readonly Dictionary<string, Func<BenchSettings, BenchReport>> Areas = new(StringComparer.Ordinal)
    {
        ["dataset"] = _ => DatasetBench.Run(),
        ["train"] = settings => TrainBench.Run(settings.Device),
        ["tokenize"] = _ => TokenizeBench.Run(),
        ["decode"] = settings => DecodeBench.Run(settings.Device),
        ["moe"] = _ => MoeBench.Run(),
        ["packing"] = _ => PackingBench.Run(),
        ["rollout"] = settings => RolloutBench.Run(settings.Device),
        ["start"] = _ => StartBench.Run(),
        ["ui"] = settings => UiBench.Run(settings.IsLong),
        ["memory"] = _ => MemoryBench.Run(),
        ["load"] = _ => LoadBench.Run(),
        ["grade"] = _ => GradeBench.Run(),
    };

    public static Command Create()
    {
        var area = new Argument<string?>("AREA") { Description = $"One of {string.Join(", ", Areas.Keys)}; all without it", Arity = ArgumentArity.ZeroOrOne };
        var device = DeviceOption.Create(DeviceName.Cpu);
        device.Description += "; for train and decode";
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, a line for each area" };
        var isLong = new Option<bool>("--long") { Description = "ui: keep a page live for an hour and see what it holds, and nothing else" };
        var command = new Command("bench", "Measure the studio on this machine against its goals") { area, device, json, isLong };
        command.SetAction(result => CommandRunner.Run(() => Run(
            result.GetValue(area), new BenchSettings(DeviceOption.Resolve(result.GetValue(device)), result.GetValue(isLong)), result.GetValue(json))));
        return command;
    }

    private static int Run(string? area, BenchSettings settings, bool json)
    {
        if (area is not null && !Areas.ContainsKey(area))
        {
            throw new UserErrorException("AREA", $"There is no bench '{area}'. Use one of {string.Join(", ", Areas.Keys)}.");
        }

        var options = new JsonSerializerOptions(RunSpecification.JsonOptions) { WriteIndented = false };
        foreach (var run in Areas.Where(entry => area is null || entry.Key == area).Select(entry => entry.Value))
        {
            var report = run(settings);
            Console.WriteLine(json ? JsonSerializer.Serialize(report, options) : Describe(report));
        }

        return CommandRunner.Success;
    }

    private static string Describe(BenchReport report)
        => string.Join(Environment.NewLine, report.Figures.Select(figure => string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Area}: {figure.Name}: {figure.Value:N1} {figure.Unit}{(figure.Goal is { } goal ? $" (goal {goal:N1}, {(figure.Met == true ? "met" : "missed")})" : "")}")));
}
