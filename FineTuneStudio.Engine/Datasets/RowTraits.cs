namespace FineTuneStudio.Engine.Datasets;

/// <summary>What the check noticed about a good row, kept for every row so that a browser can filter a million of them at once.</summary>
[Flags]
public enum RowTraits : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It can be learnt from, but something about it deserves a look.</summary>
    Warned = 1,

    /// <summary>It occurred before, byte for byte.</summary>
    Repeated = 2,

    /// <summary>It defines tools.</summary>
    Tools = 4,

    /// <summary>It begins with a system or developer message.</summary>
    System = 8,

    /// <summary>It has several user turns.</summary>
    Turns = 16,
}
