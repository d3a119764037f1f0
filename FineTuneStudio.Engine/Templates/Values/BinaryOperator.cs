namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Operators between two values.</summary>
internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}
