namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>What an instruction of a compiled pattern does.</summary>
internal enum PatternOp : byte
{
    /// <summary>One code point, <c>First</c>.</summary>
    Literal,

    /// <summary>One code point of <c>Class</c>.</summary>
    Set,

    /// <summary>From <c>First</c> to <c>Second</c> (-1: no end) code points of <c>Class</c>, as many as there are, fewer on the way back.</summary>
    RepeatSet,

    /// <summary>The same without a way back.</summary>
    RepeatSetPossessive,

    /// <summary>Goes on at <c>First</c>; on the way back at <c>Second</c>.</summary>
    Split,

    /// <summary>Goes on at <c>First</c>.</summary>
    Jump,

    /// <summary>Runs the instructions that follow up to their <see cref="Match"/>, keeps their first way, goes on at <c>First</c>.</summary>
    Atomic,

    /// <summary>Runs them without moving; <c>Second</c> is how far back they start, or -1.</summary>
    Look,

    /// <summary>Fails where they match.</summary>
    LookNot,

    /// <summary>A place, <c>First</c>.</summary>
    Place,

    /// <summary>The end of the pattern or of a part that runs on its own.</summary>
    Match,
}
