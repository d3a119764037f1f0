namespace FineTuneStudio.Components.Pages.Graders;

/// <summary>What a person has on the graders' page; comes through JSON unharmed, so that it can be kept.</summary>
public sealed class GraderDraft
{
    public string Dataset { get; set; } = "";

    /// <summary>The run whose answers are graded; <see langword="null"/> grades the dataset's own.</summary>
    public Guid? Run { get; set; }

    /// <summary>Rows of the dataset, or answers of the run.</summary>
    public int Rows { get; set; } = 24;

    /// <summary>A grader as JSON.</summary>
    public string First { get; set; } = "";

    /// <summary>Form and grader of the run that was come from, so that a reload does not take them again.</summary>
    public string Taken { get; set; } = "";

    /// <summary>Another one to compare it with; empty for none.</summary>
    public string Second { get; set; } = "";
}
