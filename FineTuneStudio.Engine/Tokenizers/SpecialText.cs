namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>What a special token's text means where it is written in the text to encode.</summary>
public enum SpecialText
{
    /// <summary>It becomes that token: for text that the program wrote (a rendered chat template).</summary>
    AsToken,

    /// <summary>It is text like any other: for text that a person wrote and that must not steer the model.</summary>
    AsPlainText,
}
