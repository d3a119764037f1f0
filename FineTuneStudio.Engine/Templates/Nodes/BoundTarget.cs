namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>Sets what a target stands for in one scope.</summary>
internal delegate void BoundTarget(Frame frame, object value);
