using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Answers;

/// <summary>One side's answer, as far as it has come.</summary>
public sealed class ChatAnswer
{
    public string Label { get; set; } = "";

    public string Text { get; set; } = "";

    /// <summary>Where it calls tools: what it says beside the calls, and the calls.</summary>
    public ParsedAnswer? Parsed { get; set; }

    public int Tokens { get; set; }

    public double? TokensPerSecond { get; set; }

    /// <summary>Nothing more comes; an answer that was stopped has ended too.</summary>
    public bool Ended { get; set; }
}
