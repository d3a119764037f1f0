namespace FineTuneStudio.Components.Pages.Datasets;

/// <summary>Ways to look at a row.</summary>
public enum RowViewKind
{
    /// <summary>Who says what.</summary>
    Conversation,

    /// <summary>The text that the model's template makes of it.</summary>
    Text,

    /// <summary>Token by token.</summary>
    Tokens,
}
