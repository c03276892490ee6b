using Reverie.Onnx;

namespace Reverie.Autodiff;

/// <summary>
/// A tensor in a graph that is being written. Arithmetic on values appends operators, so that a rule reads as its formula:
/// the backward pass of a sigmoid is <c>dy * y * (1 - y)</c>. Shapes broadcast as in ONNX (and NumPy).
/// </summary>
/// <param name="Emitter">Where operators are appended.</param>
/// <param name="Name">The tensor's name; empty stands for an optional input left out.</param>
public readonly record struct Value(Emitter Emitter, string Name)
{
    /// <summary>An optional input that is left out.</summary>
    public static Value None => default;

    /// <summary>Whether this is a tensor at all.</summary>
    public bool IsGiven => !string.IsNullOrEmpty(Name);

    /// <summary>The elementwise sum.</summary>
    public static Value operator +(Value left, Value right) => left.Emitter.Op("Add", left, right);

    /// <summary>Adds a number.</summary>
    public static Value operator +(Value left, double right) => left + left.Emitter.Scalar(right);

    /// <summary>Adds to a number.</summary>
    public static Value operator +(double left, Value right) => right + left;

    /// <summary>The elementwise difference.</summary>
    public static Value operator -(Value left, Value right) => left.Emitter.Op("Sub", left, right);

    /// <summary>Subtracts a number.</summary>
    public static Value operator -(Value left, double right) => left - left.Emitter.Scalar(right);

    /// <summary>Subtracts from a number.</summary>
    public static Value operator -(double left, Value right) => right.Emitter.Scalar(left) - right;

    /// <summary>The negation.</summary>
    public static Value operator -(Value value) => value.Emitter.Op("Neg", value);

    /// <summary>The elementwise product.</summary>
    public static Value operator *(Value left, Value right) => left.Emitter.Op("Mul", left, right);

    /// <summary>Multiplies by a number.</summary>
    public static Value operator *(Value left, double right) => right == 1 ? left : left * left.Emitter.Scalar(right);

    /// <summary>Multiplies a number.</summary>
    public static Value operator *(double left, Value right) => right * left;

    /// <summary>The elementwise quotient.</summary>
    public static Value operator /(Value left, Value right) => left.Emitter.Op("Div", left, right);

    /// <summary>Divides by a number.</summary>
    public static Value operator /(Value left, double right) => right == 1 ? left : left / left.Emitter.Scalar(right);

    /// <summary>Divides a number.</summary>
    public static Value operator /(double left, Value right) => right.Emitter.Scalar(left) / right;

    /// <summary>Where the left is greater: a Boolean tensor.</summary>
    public static Value operator >(Value left, Value right) => left.Emitter.Op("Greater", left, right);

    /// <summary>Where the left is less: a Boolean tensor.</summary>
    public static Value operator <(Value left, Value right) => left.Emitter.Op("Less", left, right);

    /// <summary>Where the value is greater than a number.</summary>
    public static Value operator >(Value left, double right) => left > left.Emitter.Scalar(right);

    /// <summary>Where the value is less than a number.</summary>
    public static Value operator <(Value left, double right) => left < left.Emitter.Scalar(right);

    /// <summary>Both of two Boolean tensors.</summary>
    public static Value operator &(Value left, Value right) => left.Emitter.Op("And", left, right);

    /// <summary>Where two tensors are equal: a Boolean tensor.</summary>
    public Value EqualTo(Value other) => Emitter.Op("Equal", this, other);

    /// <summary>This Boolean tensor chooses between two values.</summary>
    public Value Choose(Value whenTrue, Value whenFalse) => Emitter.Op("Where", this, whenTrue, whenFalse);

    /// <summary>This Boolean tensor chooses between a value and a number.</summary>
    public Value Choose(Value whenTrue, double whenFalse) => Choose(whenTrue, Emitter.Scalar(whenFalse));

    /// <summary>This Boolean tensor chooses between a number and a value.</summary>
    public Value Choose(double whenTrue, Value whenFalse) => Choose(Emitter.Scalar(whenTrue), whenFalse);

    /// <summary>A unary operator without attributes.</summary>
    public Value Apply(string op) => Emitter.Op(op, this);

    /// <summary>e to the power of the value.</summary>
    public Value Exp() => Apply("Exp");

    /// <summary>The square root.</summary>
    public Value Sqrt() => Apply("Sqrt");

    /// <summary>1 / (1 + exp(-x)).</summary>
    public Value Sigmoid() => Apply("Sigmoid");

    /// <summary>The sign: -1, 0 or 1.</summary>
    public Value Sign() => Apply("Sign");

    /// <summary>Converted to another element type.</summary>
    public Value Cast(ElementType type) => Emitter.Op("Cast", [this], ("to", (long)type));

    /// <summary>The sum over axes, which are kept with size 1.</summary>
    public Value Sum(params ReadOnlySpan<long> axes) => Emitter.Op("ReduceSum", [this, Emitter.Ints(axes)], ("keepdims", 1));

    /// <summary>The mean over axes, which are kept with size 1.</summary>
    public Value Mean(params ReadOnlySpan<long> axes) => Emitter.Op("ReduceMean", [this, Emitter.Ints(axes)], ("keepdims", 1));

    /// <summary>The same elements under another shape, given as a value of integers.</summary>
    public Value Reshape(Value shape) => Emitter.Op("Reshape", this, shape);

    /// <summary>The same elements under another shape; 0 keeps a dimension, -1 stands for what remains.</summary>
    public Value Reshape(params ReadOnlySpan<long> shape) => Reshape(Emitter.Ints(shape));

    /// <summary>Repeated along dimensions of size 1 to a shape given as a value of integers.</summary>
    public Value Expand(Value shape) => Emitter.Op("Expand", this, shape);

    /// <summary>Dimensions permuted.</summary>
    public Value Transpose(params long[] permutation) => Emitter.Op("Transpose", [this], ("perm", permutation));

    /// <summary>Dimensions of size 1 inserted at the axes.</summary>
    public Value Unsqueeze(params ReadOnlySpan<long> axes) => Emitter.Op("Unsqueeze", this, Emitter.Ints(axes));

    /// <summary>Elements from start to end along axes; bounds are values of integers.</summary>
    public Value Slice(Value starts, Value ends, params ReadOnlySpan<long> axes) => Emitter.Op("Slice", this, starts, ends, Emitter.Ints(axes));

    /// <summary>Elements of an integer vector from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public Value Range(long start, long end = long.MaxValue) => Slice(Emitter.Ints(start), Emitter.Ints(end), 0);

    /// <summary>The matrix product of the last two dimensions.</summary>
    public Value MatMul(Value right) => Emitter.Op("MatMul", this, right);
}
