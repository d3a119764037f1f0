namespace FineTuneStudio.Application.Datasets;

/// <summary>How far the lengths of a dataset are measured.</summary>
public enum LengthState
{
    /// <summary>Others are measured first.</summary>
    Waiting,

    /// <summary>Rows are being rendered.</summary>
    Measuring,

    /// <summary>Every row is measured.</summary>
    Done,

    /// <summary>A person stopped it; what is measured is kept.</summary>
    Stopped,

    /// <summary>It could not go on; the message says why.</summary>
    Failed,
}
