using System.Numerics.Tensors;
using Reverie.Dream.Shaping;

namespace Reverie.Dream.Visualisation;

/// <summary>One picture that is being sought: its parameters, its optimiser, its chance. Nothing in it depends on the other pictures of a batch.</summary>
internal sealed class FeatureItem
{
    private readonly IParameterisation _parameterisation;
    private readonly CounterRandom _views;
    private readonly int _size;
    private readonly double _robustness;
    private readonly float _rate;
    private readonly float[] _parameters;
    private readonly float[] _change;
    private readonly float[] _picture;
    private readonly float[] _gradient;
    private readonly Adam _adam;
    private AffineView _view;

    public FeatureItem(FeatureVisualisation settings, int channel, int variant, int start, double stride = 1)
    {
        (Channel, Variant, _size, _robustness) = (channel, variant, settings.Size, settings.Robustness);
        _parameterisation = settings.Parameterisation switch
        {
            FeatureParameterisation.Fourier => new FourierParameterisation(_size, _size),
            FeatureParameterisation.Maco => new MacoParameterisation(_size, _size),
            _ => new PixelParameterisation(_size, _size),
        };
        // Lucid's rate; phases turn slowly
        _rate = (float)((settings.LearningRate ?? (settings.Parameterisation == FeatureParameterisation.Maco ? 0.1 : 0.05)) * stride);
        var stream = (ulong)(uint)start << 56 | ((ulong)(uint)channel << 8 | (uint)variant) << 1;
        _parameters = _parameterisation.Start(new(settings.Seed, stream));
        _views = new(settings.Seed, stream | 1);
        _change = new float[_parameters.Length];
        (_picture, _gradient) = (new float[3 * _size * _size], new float[3 * _size * _size]);
        _adam = new(_parameters.Length);
    }

    public int Channel { get; }

    public int Variant { get; }

    /// <summary>Whether gradients had to be let past silent ReLUs.</summary>
    public bool Rescued { get; set; }

    /// <summary>Whether the last gradient was zero.</summary>
    public bool Dead { get; private set; }

    /// <summary>The picture [3,S,S] as it is.</summary>
    public float[] Picture
    {
        get
        {
            _parameterisation.Draw(_parameters, _picture);
            return _picture;
        }
    }

    /// <summary>Draws the picture as the network is to see it in a step.</summary>
    public void Show(int step, float[] view)
    {
        if (_robustness == 0)
        {
            Picture.CopyTo(view, 0);
            return;
        }
        _view = AffineView.Random(_views.At((uint)step), _size, _robustness);
        _view.Draw(Picture, 3, _size, _size, view);
    }

    /// <summary>Takes a step along the gradient [3,S,S] at the view that was shown last.</summary>
    /// <exception cref="ReverieException">The gradient is not finite.</exception>
    public void Step(float[] gradient)
    {
        if (_robustness == 0) gradient.CopyTo(_gradient, 0);
        else _view.PullBack(gradient, 3, _size, _size, _gradient);
        _parameterisation.PullBack(_parameters, _picture, _gradient, _change);
        // Every gradient counts alike: where a channel wakes, its gradient changes by orders of magnitude, and Adam's memory is long.
        var magnitude = Reduction.MeanMagnitude(_change);
        if (!double.IsFinite(magnitude)) throw new ReverieException($"the gradient of channel {Channel} is not finite; the layer may divide by zero");
        Dead = magnitude <= GradientShaping.Epsilon;
        if (Dead) return;
        TensorPrimitives.Multiply(_change, (float)(1 / magnitude), _change);
        _ = _adam.Divisor(_change);
        for (var index = 0; index < _parameters.Length; index++) _parameters[index] += _rate * _change[index];
    }
}
