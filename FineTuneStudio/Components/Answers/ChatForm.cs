using FineTuneStudio.Application.Answers;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Answers;

/// <summary>A conversation in the making, and how it is answered; kept as a draft.</summary>
public sealed class ChatForm
{
    public string System { get; set; } = "";

    public string Prompt { get; set; } = "";

    public double Temperature { get; set; }

    public double TopP { get; set; } = 1;

    public int TopK { get; set; }

    public double MinP { get; set; }

    /// <summary>Texts that end an answer, a line each.</summary>
    public string Stop { get; set; } = "";

    public int MaxTokens { get; set; } = 128;

    public long Seed { get; set; } = OptionCatalog.Seed.Default;

    public List<ChatExchange> Exchanges { get; set; } = [];

    public SamplingOptions ToOptions() => new()
    {
        Temperature = Temperature, TopP = TopP, TopK = TopK, MinP = MinP, Stop = StopLines.Read(Stop), MaxTokens = MaxTokens, Seed = Seed,
    };

    /// <summary>The conversation as one side knows it: its own answers, or the first side's where it was not asked yet.</summary>
    public IReadOnlyList<ChatTurn> TurnsOf(int side)
    {
        var turns = new List<ChatTurn>();
        if (System.Trim().Length > 0)
        {
            turns.Add(new ChatTurn("system", System.Trim()));
        }

        foreach (var exchange in Exchanges)
        {
            turns.Add(new ChatTurn("user", exchange.Prompt));
            var answer = exchange.Answers.ElementAtOrDefault(side) ?? exchange.Answers.FirstOrDefault();
            if (answer is { Text.Length: > 0, Ended: true })
            {
                turns.Add(new ChatTurn("assistant", answer.Text));
            }
        }

        return turns;
    }
}
