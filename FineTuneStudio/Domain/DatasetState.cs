namespace FineTuneStudio.Domain;

/// <summary>How far a dataset has come.</summary>
public enum DatasetState
{
    /// <summary>The file is here and is being read.</summary>
    Checking,

    /// <summary>Read to its end; the report says what is in it and what is wrong with it.</summary>
    Checked,

    /// <summary>It could not be read to its end.</summary>
    Failed,
}
