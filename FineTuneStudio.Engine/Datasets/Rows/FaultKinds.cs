using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Which faults lose a row and which only deserve a look.</summary>
internal static class FaultKinds
{
    /// <summary>Number of kinds, for tables indexed by kind.</summary>
    public static readonly int Count = Enum.GetValues<DatasetFaultKind>().Length;

    private static readonly FaultSeverity[] Severities = [.. Enum.GetValues<DatasetFaultKind>().Select(Classify)];

    public static FaultSeverity SeverityOf(DatasetFaultKind kind) => Severities[(int)kind];

    private static FaultSeverity Classify(DatasetFaultKind kind) => kind switch
    {
        DatasetFaultKind.ByteOrderMark or DatasetFaultKind.FewRows or DatasetFaultKind.BlankLine
            or DatasetFaultKind.LastMessageNotAssistant or DatasetFaultKind.EmptyContent or DatasetFaultKind.SystemNotFirst
            or DatasetFaultKind.RoleOrder or DatasetFaultKind.ToolArgumentsNotText or DatasetFaultKind.DeprecatedField
            or DatasetFaultKind.DuplicateRow or DatasetFaultKind.FeedbackLabel or DatasetFaultKind.DuplicateColumn => FaultSeverity.Warning,
        _ => FaultSeverity.Error,
    };
}
