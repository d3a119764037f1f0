namespace FineTuneStudio.Components.Answers;

/// <summary>What a person said, and what each side answered.</summary>
public sealed class ChatExchange
{
    public string Prompt { get; set; } = "";

    public List<ChatAnswer> Answers { get; set; } = [];
}
