namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Comparisons between two values.</summary>
internal enum CompareOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}
