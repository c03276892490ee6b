using CsCheck;
using Reverie.Imaging;

namespace Reverie.Tests.Imaging;

public class StoreResamplingTests
{
    private static readonly Gen<int> Side = Gen.Int[1, 12];

    [Fact]
    public void With_ends_it_is_the_resampling_of_pictures_to_the_bit() =>
        Gen.Select(Side, Side, Side, Side).Sample((height, width, newHeight, newWidth) =>
        {
            var planes = Planes(height, width);
            var result = new float[3 * newHeight * newWidth];
            StoreResampling.Resize(new MemoryPlanes(planes, height, width), new MemoryPlanes(result, newHeight, newWidth), false, false);
            Assert.Equal(Resampling.Resize(planes, 3, height, width, newHeight, newWidth, ResampleKernel.BilinearAlignCorners), result);
        }, iter: 200);

    // To twice the size and rolled by 2k is rolled by k and then to twice the size.
    [Fact]
    public void Without_ends_it_commutes_with_rolls() =>
        Gen.Select(Side, Side, Gen.Int[-5, 5], Gen.Int[-5, 5]).Sample((height, width, down, right) =>
        {
            var planes = Planes(height, width);
            Assert.Equal(Rolled(Doubled(planes), 2 * height, 2 * width, 2 * down, 2 * right), Doubled(Rolled(planes, height, width, down, right)));

            float[] Doubled(float[] from)
            {
                var result = new float[4 * from.Length];
                StoreResampling.Resize(new MemoryPlanes(from, height, width), new MemoryPlanes(result, 2 * height, 2 * width), true, true);
                return result;
            }
        }, iter: 200);

    [Fact]
    public void Crops_wrap_around_and_what_is_added_through_them_comes_back() =>
        Gen.Select(Side, Side, Gen.Int[-20, 20], Gen.Int[-20, 20], Gen.Int[1, 25], Gen.Int[1, 25]).Sample((height, width, top, left, cropHeight, cropWidth) =>
        {
            var planes = Planes(height, width);
            using var store = new MemoryPlanes(planes, height, width);
            var crop = new float[3 * cropHeight * cropWidth];
            store.ReadCrop(top, left, cropHeight, cropWidth, crop);
            var sums = new float[planes.Length];
            for (var index = 0; index < crop.Length; index++)
            {
                var (c, y, x) = (index / (cropHeight * cropWidth), index / cropWidth % cropHeight, index % cropWidth);
                var place = (c * height + (top + y + 100 * height) % height) * width + (left + x + 100 * width) % width;
                Assert.Equal(planes[place], crop[index]);
                sums[place] += 1;
            }
            var added = new float[planes.Length];
            using var target = new MemoryPlanes(added, height, width);
            target.AddCrop(top, left, cropHeight, cropWidth, [.. crop.Select(_ => 1f)]);
            Assert.Equal(sums, added);
        }, iter: 100);

    private static float[] Planes(int height, int width) => [.. Enumerable.Range(0, 3 * height * width).Select(index => (float)Math.Sin(index * 1.7))];

    private static float[] Rolled(float[] planes, int height, int width, int down, int right)
    {
        var result = new float[planes.Length];
        Roll.Shift(planes, 3, height, width, down, right, result);
        return result;
    }
}
